// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/unicode.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// How a text is cut into words.
enum class WordRule {
  white_space,  ///< at white space, which is left out
  punctuation,  ///< at white space, and each punctuation mark (is_punctuation) is a word of its own
  bytes         ///< each byte is a word; nothing is left out
};

/// Calls visit(std::string_view) for each word of a text, a piece of the text itself. Bytes that are not
/// valid UTF-8 are parts of words as letters are.
template <class Visit>
void for_each_word(std::string_view text, WordRule rule, const Visit& visit) {
  std::size_t start = 0;
  const auto end_word = [&](std::size_t end) {
    if (end > start) visit(text.substr(start, end - start));
  };
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t here = position;
    const Symbol symbol = rule == WordRule::bytes ? (++position, Symbol{0}) : read_symbol(text, position);
    const bool space = rule != WordRule::bytes && is_white_space(symbol);
    if (!space && rule != WordRule::bytes && !(rule == WordRule::punctuation && is_punctuation(symbol))) continue;
    end_word(here);
    if (!space) visit(text.substr(here, position - here));
    start = position;
  }
  end_word(text.size());
}

/// The words of a text, as pieces of the text, which must outlive them.
inline std::vector<std::string_view> split_words(std::string_view text, WordRule rule) {
  std::vector<std::string_view> words;
  for_each_word(text, rule, [&](std::string_view word) { words.push_back(word); });
  return words;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
