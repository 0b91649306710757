// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <limits>
#include <optional>
#include <transfix/core/error.hpp>
#include <transfix/text/json_file.hpp>
#include <transfix/text/text_map.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// How often each word occurs.
using WordCounts = TextMap<Index>;

inline void count_word(std::string_view word, WordCounts& counts) {
  const auto place = counts.find(word);
  ++(place == counts.end() ? counts.try_emplace(std::string(word), 0).first : place)->second;
}

struct VocabularyOptions {
  SpecialTokens special = {};
  Index minimum_count = 1;                                 ///< rarer words are left out
  Index maximum_size = std::numeric_limits<Token>::max();  ///< with the special tokens; the rarest words are left out
};

/// Words and their numbers, which count from 0. A word is any bytes but none.
class Vocabulary {
 public:
  /// The words in the order of their tokens; the special tokens are among them. Errors name the `origin`.
  explicit Vocabulary(std::vector<std::string> words, SpecialTokens special = {},
                      const std::string& origin = "the vocabulary")
      : words_(std::move(words)), special_(std::move(special)) {
    if (words_.size() > std::numeric_limits<Token>::max()) fail(origin, " of ", words_.size(), " words is too large");
    tokens_.reserve(words_.size());
    for (const std::string& word : words_) {
      const auto token = static_cast<Token>(&word - words_.data());
      if (word.empty()) fail(origin, " has an empty word as token ", token, "; leave it out");
      const auto [place, added] = tokens_.try_emplace(word, token);
      if (!added) {
        fail(origin, " has ", shown(word), " twice, as tokens ", place->second, " and ", token, "; leave one out");
      }
    }
    for (const auto& name : special_.names()) {
      if (!find(name)) fail(origin, " lacks the special token ", shown(name), "; add it, or give the name that it has");
    }
  }

  /// First the special tokens in the order of SpecialTokens, then the counted words, the more frequent first
  /// and equally frequent ones in the order of their bytes.
  static Vocabulary build(const WordCounts& counts, const VocabularyOptions& options = {}) {
    auto words = options.special.names();
    const Index room = options.maximum_size - std::ssize(words);
    if (room < 0) {
      fail("maximum_size is ", options.maximum_size, ", less than the ", words.size(),
           " special tokens; give room for them and for words");
    }
    std::vector<std::pair<Index, std::string_view>> ranked;
    for (const auto& [word, count] : counts) {
      const bool special = std::find(words.begin(), words.end(), word) != words.end();
      if (count >= options.minimum_count && !special) ranked.emplace_back(-count, word);
    }
    std::sort(ranked.begin(), ranked.end());
    for (const auto& [count, word] :
         std::span(ranked).first(static_cast<std::size_t>(std::min(room, std::ssize(ranked))))) {
      words.emplace_back(word);
    }
    return Vocabulary(std::move(words), options.special);
  }

  Index size() const { return std::ssize(words_); }
  const SpecialTokens& special() const { return special_; }
  const std::vector<std::string>& words() const { return words_; }

  std::optional<Token> find(std::string_view word) const {
    const auto place = tokens_.find(word);
    return place == tokens_.end() ? std::nullopt : std::optional(place->second);
  }

  /// The token of a word, such as vocabulary.token(vocabulary.special().padding); fails where there is none.
  Token token(std::string_view word) const {
    const auto found = find(word);
    if (!found) fail(shown(word), " is not among the ", size(), " words of the vocabulary; check how it is written");
    return *found;
  }

  /// The token of a word, or the unknown token; fails where the vocabulary has neither.
  Token token_or_unknown(std::string_view word) const {
    if (const auto found = find(word)) return *found;
    if (special_.unknown.empty()) {
      fail("the text has ", shown(word), ", which is not among the ", size(),
           " words of the vocabulary; leave it out, or build the vocabulary with a special token for unknown words");
    }
    return token(special_.unknown);
  }

  const std::string& word(Token token) const {
    if (token < 0 || token >= size()) fail("token ", token, " is not one of the ", size(), " of the vocabulary");
    return words_[static_cast<std::size_t>(token)];
  }

  /// As JSON: {"format": "transfix vocabulary 1", "special": {role: name, ..., "others": [name, ...]},
  /// "words": [word, ...]}, the words as `escaped` writes them. The file is replaced as a whole or not at all.
  void save(const std::filesystem::path& path) const {
    detail::write_json(
        path, {{"format", format}, {"special", detail::to_json(special_)}, {"words", detail::to_json(words_)}});
  }
  static Vocabulary load(const std::filesystem::path& path) { return read(detail::JsonFile(path, format)); }

  /// The vocabulary of a file that holds more.
  static Vocabulary read(const detail::JsonFile& file) {
    return Vocabulary(file.texts("words"), file.special(), file.path().string() + ": the vocabulary");
  }

  friend bool operator==(const Vocabulary& left, const Vocabulary& right) {
    return left.words_ == right.words_ && left.special_ == right.special_;
  }

 private:
  static constexpr const char* format = "transfix vocabulary 1";

  std::vector<std::string> words_;
  SpecialTokens special_;
  TextMap<Token> tokens_;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
