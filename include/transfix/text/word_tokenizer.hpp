// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/check_tokens.hpp>
#include <transfix/text/normalize.hpp>
#include <transfix/text/vocabulary.hpp>
#include <transfix/text/words.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Adds the words of a text to the counts.
inline void count_words(std::string_view text, WordRule rule, WordCounts& counts) {
  for_each_word(text, rule, [&](std::string_view word) { count_word(word, counts); });
}

struct WordTokenizerOptions {
  Normalizer normalizer = {};
  WordRule rule = WordRule::punctuation;
  VocabularyOptions vocabulary = {.special = {.unknown = "[UNK]"}};
};

/// Takes each word for a token: normalises the text, cuts it into words and numbers them.
class WordTokenizer {
 public:
  /// The tokenizer of the words of a text.
  static WordTokenizer fit(std::string_view corpus, const WordTokenizerOptions& options = {}) {
    if (corpus.empty()) fail("a tokenizer cannot be fitted on an empty text; give it the text to train on");
    WordCounts counts;
    count_words(options.normalizer(corpus), options.rule, counts);
    return WordTokenizer(Vocabulary::build(counts, options.vocabulary), options.normalizer, options.rule);
  }

  WordTokenizer(Vocabulary vocabulary, Normalizer normalizer, WordRule rule)
      : vocabulary_(std::move(vocabulary)), normalizer_(normalizer), rule_(rule) {}

  Index size() const { return vocabulary_.size(); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const SpecialTokens& special() const { return vocabulary_.special(); }
  Token token(std::string_view word) const { return vocabulary_.token(word); }

  /// Words that are not in the vocabulary become the unknown token; without one they are refused.
  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> tokens;
    for_each_word(normalizer_(text), rule_,
                  [&](std::string_view word) { tokens.push_back(vocabulary_.token_or_unknown(word)); });
    return tokens;
  }

  /// The words with a space between them; bytes (WordRule::bytes) with nothing between them.
  std::string decode(std::span<const Token> tokens) const {
    check_tokens(tokens, size());
    std::string text;
    for (const Token token : tokens) {
      if (!text.empty() && rule_ != WordRule::bytes) text += ' ';
      text += vocabulary_.word(token);
    }
    return text;
  }

  /// As the JSON of a Vocabulary with the format "transfix words 1" and the members of Normalizer and WordRule.
  void save(const std::filesystem::path& path) const {
    const auto& n = normalizer_;
    detail::write_json(path, {{"format", format},
                              {"remove_controls", n.remove_controls},
                              {"squeeze_white_space", n.squeeze_white_space},
                              {"letter_case", letter_cases[static_cast<std::size_t>(n.letter_case)]},
                              {"strip_accents", n.strip_accents},
                              {"form", n.form ? forms[static_cast<std::size_t>(*n.form)] : "none"},
                              {"invalid", invalids[static_cast<std::size_t>(n.invalid)]},
                              {"rule", rules[static_cast<std::size_t>(rule_)]},
                              {"special", detail::to_json(special())},
                              {"words", detail::to_json(vocabulary_.words())}});
  }
  static WordTokenizer load(const std::filesystem::path& path) {
    const detail::JsonFile file(path, format);
    const auto choice = [&](const char* member, const auto& names) {
      const auto name = file.text(member);
      const auto place = std::find(std::begin(names), std::end(names), name);
      if (place == std::end(names)) file.refuse("the member '", member, "' is ", shown(name), ", which is unknown");
      return place - std::begin(names);
    };
    const auto form = choice("form", forms);
    Normalizer normalizer{.remove_controls = file.flag("remove_controls"),
                          .squeeze_white_space = file.flag("squeeze_white_space"),
                          .letter_case = static_cast<LetterCase>(choice("letter_case", letter_cases)),
                          .strip_accents = file.flag("strip_accents"),
                          .invalid = static_cast<InvalidUtf8>(choice("invalid", invalids))};
    if (form < std::ssize(forms) - 1) normalizer.form = static_cast<NormalForm>(form);
    return WordTokenizer(Vocabulary::read(file), normalizer, static_cast<WordRule>(choice("rule", rules)));
  }

  friend bool operator==(const WordTokenizer&, const WordTokenizer&) = default;

 private:
  static constexpr const char* format = "transfix words 1";
  // In the order of the enumerations.
  static constexpr const char* letter_cases[] = {"keep", "lower", "fold"};
  static constexpr const char* forms[] = {"nfc", "nfd", "nfkc", "nfkd", "none"};
  static constexpr const char* invalids[] = {"keep", "refuse"};
  static constexpr const char* rules[] = {"white_space", "punctuation", "bytes"};

  Vocabulary vocabulary_;
  Normalizer normalizer_;
  WordRule rule_;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
