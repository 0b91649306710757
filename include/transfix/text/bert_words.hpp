// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/normalize.hpp>
#include <transfix/text/words.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Whether BERT takes a character for a word of its own: the blocks of Chinese characters.
constexpr bool is_chinese_character(Symbol symbol) {
  return (symbol >= 0x4E00 && symbol <= 0x9FFF) || (symbol >= 0x3400 && symbol <= 0x4DBF) ||
         (symbol >= 0x20000 && symbol <= 0x2A6DF) || (symbol >= 0x2A700 && symbol <= 0x2CEAF) ||
         (symbol >= 0xF900 && symbol <= 0xFAFF) || (symbol >= 0x2F800 && symbol <= 0x2FA1F);
}

/// The text as BERT cleans it (Devlin et al. 2019): without control characters and bytes that are not valid
/// UTF-8, with spaces around Chinese characters, and for uncased models in lower case and without accents.
inline std::string bert_text(std::string_view text, bool lower_case) {
  auto clean = detail::map_symbols(remove_controls(text), InvalidUtf8::keep, [](std::string& out, Symbol symbol) {
    if (symbol >= stray_byte) return;
    const bool apart = is_chinese_character(symbol);
    if (apart) out += ' ';
    append_symbol(out, symbol);
    if (apart) out += ' ';
  });
  return lower_case ? strip_accents(text::lower_case(clean)) : clean;
}

/// Calls visit(std::string_view) for each word of the cleaned text; punctuation marks are words.
template <class Visit>
void for_each_bert_word(std::string_view text, bool lower_case, const Visit& visit) {
  for_each_word(bert_text(text, lower_case), WordRule::punctuation, visit);
}

}  // namespace transfix::inline TRANSFIX_ABI::text
