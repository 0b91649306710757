// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/simd/batch.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::report {

/// Names and what they are, such as settings.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// How this program was compiled, as far as it can know: equal programs give equal bits only where this is equal. The
/// flags are listed where the build tells them, by a string of the name TRANSFIX_BUILD_FLAGS that all units share.
inline Facts build_facts() {
  Facts facts;
#if defined(__clang__)
  facts.emplace_back("compiler", "clang " __clang_version__);
#elif defined(__GNUC__)
  facts.emplace_back("compiler", "g++ " __VERSION__);
#else
  facts.emplace_back("compiler", "unknown");
#endif
#if defined(__OPTIMIZE_SIZE__)
  facts.emplace_back("optimisation", "for size");
#elif defined(__OPTIMIZE__)
  facts.emplace_back("optimisation", "on");
#else
  facts.emplace_back("optimisation", "off");
#endif
#if defined(TRANSFIX_BUILD_FLAGS)
  facts.emplace_back("flags", TRANSFIX_BUILD_FLAGS);
#endif
  facts.emplace_back("language", "C++" + std::to_string(__cplusplus / 100 % 100));
#if defined(__FAST_MATH__)
  facts.emplace_back("arithmetic", "reordered by -ffast-math");
#else
  facts.emplace_back("arithmetic", "in the order of the code");
#endif
#if TRANSFIX_SIMD
  const std::string instructions = xsimd::default_arch::name();
#else
  const std::string instructions = "none";
#endif
  facts.emplace_back("vector instructions",
                     instructions + ", " + std::to_string(simd::Batch<float>::size) + " floats at once");
#if defined(NDEBUG)
  facts.emplace_back("assertions", "off");
#else
  facts.emplace_back("assertions", "on");
#endif
  facts.emplace_back("transfix", std::to_string(TRANSFIX_VERSION_MAJOR) + "." + std::to_string(TRANSFIX_VERSION_MINOR) +
                                     "." + std::to_string(TRANSFIX_VERSION_PATCH));
  return facts;
}

}  // namespace transfix::inline TRANSFIX_ABI::report
