// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/tokens.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/sentence_language.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Words as the input of a model.
template <class Input>
Input sentence_input(std::span<const WordTokens> words, Token padding) {
  Input input{.length = std::ssize(words)};
  for (auto& tokens : input.tokens) tokens.fill(padding);
  for (Index place = 0; place < input.length; ++place) input.set(place, words[static_cast<std::size_t>(place)]);
  return input;
}

/// Labelled sentences as a data set for models::SentenceClassifier, by its Input. AugmentedWords changes its words.
template <class InputOfModel>
class Sentences {
 public:
  using Example = data::Example<InputOfModel, Tokens<1>>;
  using Word = WordTokens;
  static constexpr Index most_words = InputOfModel::context;

  /// Errors name the file by its path and the example by its line, or by its number where it comes from no file.
  Sentences(const std::vector<LabelledText>& examples, const SentenceLanguage& language, bool cuts,
            const std::string& path)
      : padding_(language.padding()) {
    for (const auto& example : examples) {
      const std::string where = example.line > 0 ? path + ":" + std::to_string(example.line)
                                                 : path + ": example " + std::to_string(rows_.size() + 1);
      rows_.push_back({language.words(example.text, most_words, cuts, where + ": "), example.label});
    }
  }
  Index size() const { return std::ssize(rows_); }
  std::span<const Word> words(Index number) const { return rows_[static_cast<std::size_t>(number)].words; }
  Example example(Index number) const { return example(number, words(number)); }
  Example example(Index number, std::span<const Word> words) const {
    return {sentence_input<InputOfModel>(words, padding_), {&rows_[static_cast<std::size_t>(number)].label}};
  }

 private:
  struct Row {
    std::vector<Word> words;
    Token label;
  };
  std::vector<Row> rows_;
  Token padding_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
