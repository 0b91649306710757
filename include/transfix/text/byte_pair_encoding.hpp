// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/byte_pair_tokens.hpp>
#include <transfix/text/byte_pair_training.hpp>
#include <transfix/text/check_tokens.hpp>
#include <transfix/text/gpt2_words.hpp>
#include <transfix/text/vocabulary.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

struct BytePairOptions {
  Index size = 0;           ///< of the vocabulary: 256 bytes, merges and special tokens; to be given
  Index minimum_count = 2;  ///< pairs that occur less often are not merged, so there may be fewer tokens than `size`
  SpecialTokens special = {.end = "<|endoftext|>"};
};

/// Byte-level byte-pair encoding as GPT-2 has it (Radford et al. 2019): the text is cut into words
/// (for_each_gpt2_word), and the bytes of each word are merged pair by pair in the order that was learnt.
/// decode(encode(text)) == text for any bytes. Threads may share one. read_gpt2 reads the files of GPT-2.
class BytePairEncoding {
 public:
  /// Learns the merges of a text (BytePairTraining). Tokens 0 .. 255 are the bytes; the merges follow in the order
  /// in which they were learnt, then the special tokens.
  static BytePairEncoding fit(std::string_view corpus, const BytePairOptions& options) {
    WordCounts counts;
    for_each_gpt2_word(corpus, [&](std::string_view word) { count_word(word, counts); });
    return fit(counts, options);
  }

  /// Learns from words that were counted beforehand, over many files for instance.
  static BytePairEncoding fit(const WordCounts& words, const BytePairOptions& options) {
    if (words.empty()) fail("a tokenizer cannot be fitted on an empty text; give it the text to train on");
    const auto names = options.special.names();
    if (options.size < 256 + std::ssize(names)) {
      fail("a byte-pair encoding of size ", options.size, " has no room for 256 bytes and ", names.size(),
           " special tokens; make it larger");
    }
    BytePairTraining training(words);
    training.run(options.size - std::ssize(names), options.minimum_count);
    std::vector<BytePairToken> tokens;
    for (const auto& bytes : training.tokens()) tokens.push_back({bytes, false});
    for (const auto& name : names) tokens.push_back({name, true});
    return BytePairEncoding({std::move(tokens), options.special, "the trained encoding"}, training.table());
  }

  BytePairEncoding(BytePairTokens tokens, MergeTable merges) : tokens_(std::move(tokens)), merges_(std::move(merges)) {
    WordMerger merger(merges_);
    std::vector<Token> found;
    for (Token token = 0; token < size(); ++token) {
      if (tokens_[token].special) continue;
      found.clear();
      append_merged(tokens_[token].text, merger, found);
      if (found.size() == 1) words_.emplace(tokens_[token].text, token);
    }
  }

  Index size() const { return tokens_.size(); }
  const SpecialTokens& special() const { return tokens_.special(); }

  /// The token of a special token's name.
  Token token(std::string_view name) const { return tokens_.token(name); }

  /// Names of special tokens in the text are text; encode_with_special takes them for tokens.
  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> tokens;
    tokens.reserve(text.size() / 2);
    WordMerger merger(merges_);
    std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> seen;  // word -> a range of `tokens`
    for_each_gpt2_word(text, [&](std::string_view word) {
      if (const auto whole = words_.find(word); whole != words_.end()) return tokens.push_back(whole->second);
      const auto [place, added] = seen.try_emplace(word, tokens.size(), tokens.size());
      auto& [start, end] = place->second;
      if (added) {
        append_merged(word, merger, tokens);
        end = tokens.size();
      } else {
        for (std::size_t i = start; i < end; ++i) tokens.push_back(Token{tokens[i]});
      }
    });
    return tokens;
  }

  /// The bytes of the tokens; a special token is written as its name.
  std::string decode(std::span<const Token> tokens) const {
    check_tokens(tokens, size());
    std::string text;
    for (const Token token : tokens) text += tokens_[token].text;
    return text;
  }

  /// As JSON: {"format": "transfix byte pairs 1", "special": {role: name, ..., "others": [name, ...]},
  /// "tokens": [token, ...], "merges": ["left right", ...]}. Tokens are in the order of their numbers, written in the
  /// byte alphabet of GPT-2's files; a special token is {"special": name}.
  void save(const std::filesystem::path& path) const {
    auto tokens = nlohmann::json::array();
    for (Token token = 0; token < size(); ++token) {
      const auto& [text, special] = tokens_[token];
      if (special) {
        tokens.push_back(nlohmann::json::object({{"special", escaped(text)}}));
      } else {
        tokens.push_back(in_byte_alphabet(text));
      }
    }
    auto merges = nlohmann::json::array();
    for (const Merge& merge : merges_.merges()) merges.push_back(tokens_.written(merge));
    detail::write_json(path, {{"format", format},
                              {"special", detail::to_json(special())},
                              {"tokens", std::move(tokens)},
                              {"merges", std::move(merges)}});
  }
  static BytePairEncoding load(const std::filesystem::path& path) {
    const detail::JsonFile file(path, format);
    std::vector<BytePairToken> list;
    for (const auto& token : file.member("tokens", detail::JsonFile::Type::array)) {
      if (token.is_object() && token.size() == 1 && token.contains("special")) {
        list.push_back({file.text(token["special"]), true});
      } else {
        const auto bytes = from_byte_alphabet(file.plain_text(token));
        if (!bytes) file.refuse("token ", list.size(), " is not written in the byte alphabet");
        list.push_back({*bytes, false});
      }
    }
    BytePairTokens tokens(std::move(list), file.special(), path.string());
    MergeTable merges;
    for (const auto& merge : file.member("merges", detail::JsonFile::Type::array)) {
      tokens.read_merge(file.plain_text(merge), path.string(), merges);
    }
    return BytePairEncoding(std::move(tokens), std::move(merges));
  }

  friend bool operator==(const BytePairEncoding& left, const BytePairEncoding& right) {
    return left.tokens_ == right.tokens_ && std::ranges::equal(left.merges_.merges(), right.merges_.merges());
  }

 private:
  static constexpr const char* format = "transfix byte pairs 1";

  void append_merged(std::string_view word, WordMerger& merger, std::vector<Token>& out) const {
    std::vector<Token> bytes(word.size());
    std::transform(word.begin(), word.end(), bytes.begin(), [this](char byte) { return tokens_.byte(byte); });
    merger.append(bytes, out);
  }

  BytePairTokens tokens_;
  MergeTable merges_;
  TextMap<Token> words_;  // tokens that are what their own bytes become
};

}  // namespace transfix::inline TRANSFIX_ABI::text
