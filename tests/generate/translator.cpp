// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <transfix/generate/inference.hpp>
#include <transfix/generate/translator.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/trainer.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
constexpr models::EncoderDecoderConfig config(Index shortest) {
  return {.vocabulary = 11,
          .source_context = 8,
          .target_context = 8,
          .width = 8,
          .heads = 2,
          .hidden = 12,
          .encoder_layers = 1,
          .decoder_layers = 2,
          .shortest = shortest};
}
using Whole = models::EncoderDecoder<config(0)>;
using WithForms = models::EncoderDecoder<config(2)>;
static_assert(!HasShorterForms<Whole::Input> && HasShorterForms<WithForms::Input>);

constexpr Token padding = 7;
const Token source[] = {4, 2, 9, 1, 3, 5, 10, 6}, target[] = {1, 5, 3, 8, 2, 9, 4, 6};

/// Pairs of all lengths.
template <class Model>
struct Pairs {
  struct Example {
    typename Model::Input input;
    typename Model::Target target;
  };
  struct Row {
    Index source_length, target_length;
    Token source[8] = {}, target[8] = {}, answer[8] = {};
  };
  std::vector<Row> rows;
  Pairs() {
    for (Index m = 1; m <= 8; ++m) {
      for (Index n = 1; n <= 8; ++n) {
        Row row{m, n};
        for (Index i = 0; i < 8; ++i) {
          row.source[i] = i < m ? source[i] : padding;
          row.target[i] = i < n ? target[i] : padding;
          row.answer[i] = i < n ? source[i] : -1;
        }
        rows.push_back(row);
      }
    }
  }
  Index size() const { return std::ssize(rows); }
  Example example(Index number) const {
    const Row& row = rows[static_cast<std::size_t>(number)];
    typename Model::Input input{.source = {row.source}, .target = {row.target}, .source_length = row.source_length};
    if constexpr (HasShorterForms<typename Model::Input>) {
      input.length = std::max(row.source_length, row.target_length);
    }
    return {input, {row.answer}};
  }
};
}  // namespace

TEST_CASE("encoder-decoder: in its shorter forms it is trained and judged as in its longest one") {
  const TrainingSettings settings{.steps = 20, .batch = 16};
  Trainer<Whole, loss::CrossEntropy, optim::Sgd> whole({.learning_rate = 0.1f}, settings);
  Trainer<WithForms, loss::CrossEntropy, optim::Sgd> with_forms({.learning_rate = 0.1f}, settings);
  const Pairs<Whole> pairs;
  const Pairs<WithForms> padded;
  const double first = whole.evaluate(pairs);
  CHECK(with_forms.evaluate(padded) == doctest::Approx(first).epsilon(1e-6));
  for (Index step = 0; step < settings.steps; ++step) {
    CHECK(with_forms.step(padded) == doctest::Approx(whole.step(pairs)).epsilon(1e-5));
  }
  CHECK(whole.evaluate(pairs) < 0.95 * first);
  auto too_long = padded;
  too_long.rows.back().source_length = 9;
  CHECK(support::contains(support::message_of([&] { with_forms.evaluate(too_long); }), "9 of its 8 places count"));
}

TEST_CASE("translator: in shorter forms its logits are those of the whole model") {
  const auto whole = std::make_unique<Whole>();
  const auto with_forms = std::make_unique<WithForms>();
  Random random(2);
  initialize(*whole, random, {.deviation = 0.3});
  std::memcpy(static_cast<void*>(with_forms.get()), whole.get(), sizeof(Whole));
  const auto inference = std::make_unique<Inference<Whole>>(*whole);
  for (Index length = 1; length <= 8; ++length) {
    const float* const expected = (*inference)({{source}, {target}, length});
    Translator<WithForms> translator(*with_forms, std::span(source).first(static_cast<std::size_t>(length)));
    for (Index place = 0; place < 8; ++place) {
      const float* const logits = translator.read(target[place]);
      for (Index i = 0; i < 11; ++i) CHECK(logits[i] == doctest::Approx(expected[place * 11 + i]).epsilon(1e-4));
    }
    CHECK(support::contains(support::message_of([&] { translator.read(1); }), ".target_context = 8"));
  }
}
