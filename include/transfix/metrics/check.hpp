// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <transfix/core/error.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

/// What every measure over pairs asks for: at least one pair, and as many of the one as of the other.
inline void check_pairs(const char* measure, const char* firsts, std::size_t first, const char* seconds,
                        std::size_t second) {
  if (first != second) {
    fail(measure, ": there are ", first, " ", firsts, " and ", second, " ", seconds,
         "; give one for each of the other");
  }
  if (first == 0) fail(measure, ": there are no ", firsts, "; give at least one");
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
