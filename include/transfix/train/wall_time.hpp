// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Ends a run after so many seconds.
struct WallTime {
  double seconds = 3600;

  void started(const auto&) { start_ = std::chrono::steady_clock::now(); }
  bool stepped(const auto&) const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() >= seconds;
  }

  std::chrono::steady_clock::time_point start_ = {};
};

}  // namespace transfix::inline TRANSFIX_ABI
