// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <transfix/data/augment/mask_words.hpp>
#include <transfix/data/augmented.hpp>
#include <transfix/data/drawn_once.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/from_range.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/bert.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"

using namespace transfix;

TEST_CASE("masked words: BERT learns hidden words, evaluated on ones that are hidden once for all") {
  constexpr models::BertConfig small{
      .vocabulary = 12, .context = 8, .width = 16, .heads = 2, .hidden = 32, .layers = 1};
  using Bert = models::BertMaskedLanguageModel<small>;
  // All words of a text are the same one, so that a hidden word can be told from the others.
  std::vector<std::array<Token, 8>> rows;
  for (Token word = 3; word < 12; ++word) rows.push_back({1, word, word, word, word, word, 1, 0});
  const std::array<Token, 8> segments = {};
  const auto data = data::from_functions(9, [&](Index number) {
    const Token* tokens = rows[static_cast<std::size_t>(number)].data();
    return data::Example<Bert::Input, Bert::Target>{{{tokens}, {segments.data()}, 7}, {tokens}};
  });
  const data::Augmented augmented(data, {.padding = 0, .others = {1}},
                                  data::MaskWords{.share = 0.3, .mask = 2, .vocabulary = 12});
  const data::DrawnOnce validation(augmented, 7);
  const auto first = validation.example(3), same = validation.example(3);
  CHECK(std::memcmp(first.input.tokens.data, same.input.tokens.data, 8 * sizeof(Token)) == 0);
  CHECK(std::count(first.target.data, first.target.data + 8, -1) == 6);  // round(0.3 * 5) = 2 are hidden
  CHECK(first.input.segments.data != segments.data());

  Trainer<Bert, loss::CrossEntropy, optim::AdamW> trainer({.learning_rate = 0.01f},
                                                          {.steps = 300, .batch = 4, .evaluate_every = 0});
  const double before = trainer.evaluate(validation);
  CHECK(trainer.fit(augmented, validation, support::Silent()).validation_loss < 0.3 * before);
}
