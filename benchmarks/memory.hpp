// SPDX-License-Identifier: MIT
#pragma once
#include <sys/resource.h>

namespace benchmarks {

/// The most memory that this process has held so far: run one benchmark alone (--benchmark_filter) to see its own.
inline double peak_resident_mebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace benchmarks
