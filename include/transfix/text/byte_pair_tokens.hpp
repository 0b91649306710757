// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <optional>
#include <transfix/core/error.hpp>
#include <transfix/text/byte_alphabet.hpp>
#include <transfix/text/byte_pair_merges.hpp>
#include <transfix/text/escape.hpp>
#include <transfix/text/special_tokens.hpp>
#include <transfix/text/text_map.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// The bytes of a token, or the name of a special token.
struct BytePairToken {
  std::string text;
  bool special = false;
  friend bool operator==(const BytePairToken&, const BytePairToken&) = default;
};

/// The tokens of a byte-pair encoding in the order of their numbers; each of the 256 bytes is one of them.
class BytePairTokens {
 public:
  /// Fails, naming the `origin`, where tokens are missing or there twice.
  BytePairTokens(std::vector<BytePairToken> tokens, SpecialTokens special, const std::string& origin)
      : tokens_(std::move(tokens)), special_(std::move(special)) {
    if (tokens_.size() > std::numeric_limits<Token>::max()) fail(origin, ": ", tokens_.size(), " tokens are too many");
    for (const BytePairToken& token : tokens_) {
      const auto number = static_cast<Token>(&token - tokens_.data());
      if (token.text.empty()) fail(origin, ": token ", number, " is empty; each token has bytes or a name");
      const auto [place, added] = numbers_of(token.special).try_emplace(token.text, number);
      if (!added) fail(origin, ": the tokens ", place->second, " and ", number, " are both ", shown(token.text));
    }
    for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
      const auto token = find(std::string(1, static_cast<char>(byte)));
      if (!token) fail(origin, ": the byte ", byte, " is no token; a byte-level encoding has all 256");
      bytes_[byte] = *token;
    }
    for (const auto& name : special_.names()) {
      if (!special_numbers_.contains(name)) {
        fail(origin, ": the special token ", shown(name), " is missing; add it, or give the name that it has");
      }
    }
  }

  Index size() const { return std::ssize(tokens_); }
  const BytePairToken& operator[](Token token) const { return tokens_[static_cast<std::size_t>(token)]; }
  const SpecialTokens& special() const { return special_; }
  Token byte(char byte) const { return bytes_[static_cast<unsigned char>(byte)]; }

  /// The token of these bytes.
  std::optional<Token> find(std::string_view bytes) const {
    const auto place = numbers_.find(bytes);
    return place == numbers_.end() ? std::nullopt : std::optional(place->second);
  }

  /// The token of a special token's name.
  Token token(std::string_view name) const {
    const auto place = special_numbers_.find(name);
    if (place == special_numbers_.end()) {
      fail(shown(name), " is not the name of a special token of this tokenizer; check how it is written");
    }
    return place->second;
  }

  /// A merge as GPT-2's files write it, both tokens in the byte alphabet with a space between them.
  std::string written(const Merge& merge) const {
    return in_byte_alphabet((*this)[merge.left].text) + " " + in_byte_alphabet((*this)[merge.right].text);
  }

  /// Adds a merge that is written so; fails, naming the `origin`, where it makes no sense.
  void read_merge(std::string_view text, const std::string& origin, MergeTable& merges) const {
    const std::size_t space = text.find(' ');
    if (space == text.npos) fail(origin, ": the merge ", shown(text), " is not two tokens with a space between them");
    const auto token = [&](std::string_view piece) {
      const auto bytes = from_byte_alphabet(piece);
      const auto found = bytes ? find(*bytes) : std::nullopt;
      if (!found) {
        fail(origin, ": the merge ", shown(text), " needs ", shown(piece),
             ", which is no token; give merges and tokens of one encoding");
      }
      return *found;
    };
    const auto left = text.substr(0, space), right = text.substr(space + 1);
    const Merge merge{token(left), token(right), token(std::string(left) + std::string(right))};
    if (!merges.add(merge)) fail(origin, ": the merge ", shown(text), " is there twice; leave one out");
  }

  friend bool operator==(const BytePairTokens& left, const BytePairTokens& right) {
    return left.tokens_ == right.tokens_ && left.special_ == right.special_;
  }

 private:
  TextMap<Token>& numbers_of(bool special) { return special ? special_numbers_ : numbers_; }

  std::vector<BytePairToken> tokens_;
  SpecialTokens special_;
  TextMap<Token> numbers_, special_numbers_;
  std::array<Token, 256> bytes_{};
};

}  // namespace transfix::inline TRANSFIX_ABI::text
