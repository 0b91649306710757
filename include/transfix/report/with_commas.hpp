// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::report::detail {

/// 1234567 -> 1,234,567; also with a sign or digits after the point.
inline std::string with_commas(const std::string& digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0, point = std::min(digits.find('.'), digits.size());
  std::string text;
  for (std::size_t place = 0; place < digits.size(); ++place) {
    if (place > first && place < point && (point - place) % 3 == 0) text += ',';
    text += digits[place];
  }
  return text;
}
inline std::string with_commas(Index number) { return with_commas(std::to_string(number)); }

}  // namespace transfix::inline TRANSFIX_ABI::report::detail
