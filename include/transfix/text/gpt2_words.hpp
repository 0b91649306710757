// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/unicode.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

namespace detail {
enum class Gpt2Kind { letter, number, space, other };

inline Gpt2Kind gpt2_kind(Symbol symbol) {
  if (symbol < 0x80) {
    const Symbol small = symbol | 0x20u;
    if (small >= 'a' && small <= 'z') return Gpt2Kind::letter;
    if (symbol >= '0' && symbol <= '9') return Gpt2Kind::number;
  } else if (is_letter(symbol)) {
    return Gpt2Kind::letter;
  } else if (is_number(symbol)) {
    return Gpt2Kind::number;
  }
  return is_white_space(symbol) ? Gpt2Kind::space : Gpt2Kind::other;
}

/// Where the run of symbols of one kind ends that has `position` in it.
inline std::size_t end_of_run(std::string_view text, std::size_t position, Gpt2Kind kind) {
  while (position < text.size()) {
    std::size_t behind = position;
    if (gpt2_kind(read_symbol(text, behind)) != kind) break;
    position = behind;
  }
  return position;
}

/// White space before a word leaves its last character to that word: \s+(?!\S)|\s+
inline std::size_t end_of_white_space(std::string_view text, std::size_t start) {
  const std::size_t end = end_of_run(text, start, Gpt2Kind::space);
  if (end == text.size()) return end;
  std::size_t last = end - 1;
  while (last > start && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
  return last > start ? last : end;
}

/// Where the word that begins at `start` ends.
inline std::size_t end_of_gpt2_word(std::string_view text, std::size_t start) {
  for (const std::string_view contraction : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (text[start] == '\'' && text.substr(start, contraction.size()) == contraction) return start + contraction.size();
  }
  const bool led_by_space = text[start] == ' ' && start + 1 < text.size();
  std::size_t position = start + (led_by_space ? 1 : 0);
  const Gpt2Kind kind = gpt2_kind(read_symbol(text, position));
  return kind == Gpt2Kind::space ? end_of_white_space(text, start) : end_of_run(text, position, kind);
}
}  // namespace detail

/// Cuts a text as GPT-2 does (Radford et al. 2019), by the pattern
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// and calls visit(std::string_view) for each word. Words hold their leading space, and all words together are the
/// text. A byte that is not valid UTF-8 is neither letter nor number nor white space.
template <class Visit>
void for_each_gpt2_word(std::string_view text, const Visit& visit) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = detail::end_of_gpt2_word(text, start);
    visit(text.substr(start, end - start));
    start = end;
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::text
