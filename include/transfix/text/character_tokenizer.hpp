// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/text/utf8.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// Takes each character for a token. A character is a Unicode code point of UTF-8 text; a byte that is
/// not valid UTF-8 is a character of its own, so decode(encode(text)) == text for any bytes at all.
class CharacterTokenizer {
 public:
  /// The tokenizer of all characters of a text; tokens are numbered in the order of code points.
  static CharacterTokenizer fit(std::string_view corpus) {
    if (corpus.empty()) fail("a tokenizer cannot be fitted on an empty text; give it the text to train on");
    std::vector<bool> seen(symbol_limit);
    for (std::size_t position = 0; position < corpus.size();) seen[read_symbol(corpus, position)] = true;
    std::vector<Symbol> symbols;
    for (Symbol symbol = 0; symbol < symbol_limit; ++symbol) {
      if (seen[symbol]) symbols.push_back(symbol);
    }
    return CharacterTokenizer(std::move(symbols));
  }

  /// The tokenizer whose alphabet() was kept, in the metadata of a model file for instance.
  static CharacterTokenizer from_alphabet(std::string_view alphabet) {
    std::vector<Symbol> symbols;
    for (std::size_t position = 0; position < alphabet.size();) {
      const std::size_t start = position;
      Symbol symbol = read_symbol(alphabet, position);
      const bool escaped = symbol == '\\';
      if (escaped && alphabet.substr(position).starts_with('\\')) {
        ++position;
      } else if (escaped) {
        symbol = stray_byte + 0x80;  // ASCII is always valid
        while (symbol < symbol_limit && alphabet.substr(start, 4) != written(symbol)) ++symbol;
        position = start + 4;
      }
      const bool broken = symbol >= symbol_limit || (symbol >= stray_byte && !escaped);
      if (broken || (!symbols.empty() && symbol <= symbols.back())) {
        fail("the alphabet is damaged at byte ", start, "; give it as CharacterTokenizer::alphabet() returned it");
      }
      symbols.push_back(symbol);
    }
    if (symbols.empty()) fail("the alphabet is empty; give it as CharacterTokenizer::alphabet() returned it");
    return CharacterTokenizer(std::move(symbols));
  }

  /// All characters in the order of their tokens, as valid UTF-8. A backslash is written `\\`, and a byte
  /// that is not valid UTF-8 `\x` and two digits, as in `\xFF`.
  std::string alphabet() const {
    std::string text;
    for (const Symbol symbol : symbols_) text += written(symbol);
    return text;
  }

  /// How many different tokens there are: the vocabulary of a model.
  Index size() const { return std::ssize(symbols_); }

  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> tokens;
    tokens.reserve(text.size());
    for (std::size_t position = 0; position < text.size();) {
      const auto byte = static_cast<unsigned char>(text[position]);
      const std::size_t start = position;
      const Symbol symbol = byte < 0x80 ? (++position, Symbol{byte}) : read_symbol(text, position);
      const Token token = symbol < 0x80 ? ascii_[symbol] : token_of(symbol);
      if (token < 0) {
        fail("the text has ", describe_symbol(symbol), " at byte ", start, ", which is not among the ", size(),
             " characters of this tokenizer; leave it out, or fit the tokenizer on a text that has it");
      }
      tokens.push_back(token);
    }
    return tokens;
  }

  std::string decode(std::span<const Token> tokens) const {
    std::string text;
    text.reserve(tokens.size());
    for (const Token& token : tokens) {
      if (token < 0 || token >= size()) {
        fail("token ", token, " at position ", &token - tokens.data(), " is not one of the ", size(),
             " tokens of this tokenizer; decode with the tokenizer that the model was trained with");
      }
      append_symbol(text, symbols_[static_cast<std::size_t>(token)]);
    }
    return text;
  }

  friend bool operator==(const CharacterTokenizer&, const CharacterTokenizer&) = default;

 private:
  explicit CharacterTokenizer(std::vector<Symbol> symbols) : symbols_(std::move(symbols)) {
    for (Symbol symbol = 0; symbol < ascii_.size(); ++symbol) ascii_[symbol] = token_of(symbol);
  }

  Token token_of(Symbol symbol) const {
    const auto place = std::lower_bound(symbols_.begin(), symbols_.end(), symbol);
    return place != symbols_.end() && *place == symbol ? static_cast<Token>(place - symbols_.begin()) : Token{-1};
  }

  static std::string written(Symbol symbol) {
    if (symbol == '\\') return "\\\\";
    if (symbol >= stray_byte) return "\\x" + hexadecimal(symbol - stray_byte, 2);
    std::string text;
    append_symbol(text, symbol);
    return text;
  }

  std::vector<Symbol> symbols_;      // ascending
  std::array<Token, 0x80> ascii_{};  // -1: not in the alphabet
};

}  // namespace transfix::inline TRANSFIX_ABI::text
