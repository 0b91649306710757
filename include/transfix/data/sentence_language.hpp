// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/data/labelled_text.hpp>
#include <transfix/io/json.hpp>
#include <transfix/text/vocabulary.hpp>
#include <transfix/text/word_parts.hpp>
#include <transfix/text/words.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A word as the tokens of its parts.
using WordTokens = std::array<Token, text::word_part_count>;

/// What turns sentences into tokens, and classes into their names. A saved model needs both: metadata() goes with it.
struct SentenceLanguage {
  text::Vocabulary parts;
  LabelMap labels;

  static text::SpecialTokens special() { return {.padding = "[PAD]", .unknown = "[UNK]"}; }
  Token padding() const { return parts.token(special().padding); }
  Token unknown() const { return parts.token(special().unknown); }

  /// The parts of words that occur twice or more, the most frequent ones; what occurs once would be learnt by heart.
  static SentenceLanguage learn(const std::vector<LabelledText>& examples, const LabelMap& labels, Index most_parts) {
    text::WordCounts counts;
    for (const auto& example : examples) {
      for (const auto word : text::split_words(example.text, text::WordRule::white_space)) {
        for (const auto& part : text::word_parts(word)) text::count_word(part, counts);
      }
    }
    return {text::Vocabulary::build(counts, {.special = special(), .minimum_count = 2, .maximum_size = most_parts}),
            labels};
  }

  using Metadata = std::map<std::string, std::string>;
  Metadata metadata() const {
    return {{"parts", io::written_json(nlohmann::json(parts.words()))},
            {"classes", io::written_json(nlohmann::json(labels.names()))}};
  }
  /// What metadata() gave; `path` is named in errors.
  static SentenceLanguage from(const Metadata& metadata, const std::string& path) {
    const auto names = [&](const char* key) -> std::vector<std::string> {
      const auto place = metadata.find(key);
      if (place == metadata.end()) fail(path, ": the file has no ", key, "; it is not of a classifier of sentences");
      io::JsonFault fault;
      const auto list = io::parsed_json(place->second, fault);
      if (!list.is_array() || !std::ranges::all_of(list, [](const auto& name) { return name.is_string(); })) {
        fail(path, ": what the file says of its ", key, " is damaged; write it again");
      }
      return list;
    };
    return {text::Vocabulary(names("parts"), special(), path), LabelMap(names("classes"))};
  }

  WordTokens word(std::string_view word) const {
    WordTokens tokens;
    const auto found = text::word_parts(word);
    for (std::size_t part = 0; part < tokens.size(); ++part) tokens[part] = parts.token_or_unknown(found[part]);
    return tokens;
  }

  /// The words of a sentence. One without a word, or with more than `most_words`, is an error, which begins with
  /// `where`; where the user says so too long ones are cut.
  std::vector<WordTokens> words(std::string_view sentence, Index most_words, bool cuts,
                                const std::string& where) const {
    static_cast<void>(text::lower_case(sentence, text::InvalidUtf8::refuse));  // only to refuse
    auto words = text::split_words(sentence, text::WordRule::white_space);
    if (words.empty()) fail(where, "there is no word in it; leave it out");
    if (std::ssize(words) > most_words && !cuts) {
      fail(where, "the sentence has ", words.size(), " words and the model was built for ", most_words,
           ": shorten it, or have such sentences cut: ", text::shown(sentence));
    }
    if (std::ssize(words) > most_words) words.resize(static_cast<std::size_t>(most_words));
    std::vector<WordTokens> tokens;
    for (const auto text : words) tokens.push_back(word(text));
    return tokens;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
