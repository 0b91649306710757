// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <transfix/core/shape.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// Names of tokens that stand for no text. An empty name: there is no such token.
struct SpecialTokens {
  std::string padding = {};    ///< fills a sequence up to its length
  std::string unknown = {};    ///< stands for words that are not in the vocabulary
  std::string begin = {};      ///< before each sequence; BERT's [CLS]
  std::string end = {};        ///< after each sequence
  std::string mask = {};       ///< hides a word that a model is to guess
  std::string separator = {};  ///< between two sequences; BERT's [SEP]
  std::vector<std::string> others = {};

  using Role = std::pair<const char*, std::string SpecialTokens::*>;
  static constexpr std::array<Role, 6> roles{{{"padding", &SpecialTokens::padding},
                                              {"unknown", &SpecialTokens::unknown},
                                              {"begin", &SpecialTokens::begin},
                                              {"end", &SpecialTokens::end},
                                              {"mask", &SpecialTokens::mask},
                                              {"separator", &SpecialTokens::separator}}};

  /// All names, in the order above; a token with two roles is named once.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    const auto add = [&](const std::string& name) {
      if (!name.empty() && std::find(found.begin(), found.end(), name) == found.end()) found.push_back(name);
    };
    for (const auto& [role, name] : roles) add(this->*name);
    for (const auto& name : others) add(name);
    return found;
  }

  friend bool operator==(const SpecialTokens&, const SpecialTokens&) = default;
};

/// What tokenizer.encode(text) gives, but with names of special tokens in the text read as those tokens; of
/// names that begin at one place the longest counts. For texts of your own making: in a text from outside,
/// plain `encode` reads such names as the characters that they are.
template <class Tokenizer>
std::vector<Token> encode_with_special(const Tokenizer& tokenizer, std::string_view text) {
  const auto names = tokenizer.special().names();
  std::vector<std::size_t> next(names.size(), 0);  // where each name occurs next
  for (std::size_t i = 0; i < names.size(); ++i) next[i] = text.find(names[i]);
  std::vector<Token> tokens;
  std::size_t position = 0;
  const auto encode_until = [&](std::size_t end) {
    const auto piece = tokenizer.encode(text.substr(position, end - position));
    tokens.insert(tokens.end(), piece.begin(), piece.end());
  };
  for (;;) {
    std::size_t first = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (next[i] < position) next[i] = text.find(names[i], position);
      if (next[i] < next[first] || (next[i] == next[first] && names[i].size() > names[first].size())) first = i;
    }
    if (names.empty() || next[first] == std::string_view::npos) break;
    encode_until(next[first]);
    tokens.push_back(tokenizer.token(names[first]));
    position = next[first] + names[first].size();
  }
  encode_until(text.size());
  return tokens;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
