// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <string>
#include <transfix/core/shape.hpp>
#include <transfix/text/normalize.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// How many parts word_parts gives.
inline constexpr Index word_part_count = 5;

/// A word in small letters, its first four and six characters, its last three, and where it has capitals, digits and
/// marks, as in "Xx-d" for "Apollo-11": what it has in common with other words, also with those that training never
/// saw. Each part says what it is, so that equal characters in different parts are different texts.
inline std::array<std::string, word_part_count> word_parts(std::string_view word) {
  const std::string lower = lower_case(word);
  std::vector<std::size_t> starts;  // of the characters
  for (std::size_t position = 0; position < lower.size(); read_symbol(lower, position)) starts.push_back(position);
  const auto first = [&](std::size_t count) {
    return lower.substr(0, starts.size() > count ? starts[count] : lower.size());
  };
  const auto last = [&](std::size_t count) {
    return lower.substr(starts.size() > count ? starts[starts.size() - count] : 0);
  };
  std::string shape;
  for (std::size_t position = 0; position < word.size() && shape.size() < 8;) {
    const Symbol symbol = read_symbol(word, position);
    const bool is_capital = lower_case(symbol) != symbol;
    const char kind = is_letter(symbol) ? (is_capital ? 'X' : 'x') : is_number(symbol) ? 'd' : '-';
    if (!shape.ends_with(kind)) shape += kind;
  }
  return {"word " + lower, "first 4 " + first(4), "first 6 " + first(6), "last 3 " + last(3), "shape " + shape};
}

}  // namespace transfix::inline TRANSFIX_ABI::text
