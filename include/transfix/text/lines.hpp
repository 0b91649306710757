// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Calls visit(std::string_view line, Index number) for each line of a text, numbered from 1, without its end, \n or
/// \r\n. Nothing after the last line end is no line.
template <class Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  for (Index number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (end != text.npos && line.ends_with('\r')) line.remove_suffix(1);
    visit(line, number);
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::text
