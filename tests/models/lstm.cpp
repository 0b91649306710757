// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/lstm.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/testing.hpp>
#include <transfix/train/trainer.hpp>

using namespace transfix;
using models::LstmConfig;
using models::LstmLanguageModel;

namespace {
struct Layer {
  LstmLanguageModel<LstmConfig{.vocabulary = 11, .context = 6, .width = 9, .layers = 2, .dropout = true}, double> model;
  auto operator()() const {
    static constexpr Token tokens[6] = {3, 1, 4, 1, 5, 9};
    return model(Tokens<6>{tokens});
  }
};
}  // namespace

TEST_CASE("lstm language model: gradients of the whole model against central differences") {
  Context context;
  context.dropout = 0.2f;
  CHECK(testing::gradient_error(Layer{}, context) < 1e-6);
}

TEST_CASE("lstm language model: the trainer of transformers trains it") {
  using Model = LstmLanguageModel<LstmConfig{.vocabulary = 8, .context = 16, .width = 16, .layers = 2}>;
  std::vector<Token> text(200);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<Token>(i % 8);
  const auto windows = data::next_token_windows<16>(text);
  Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer{{.learning_rate = 1e-2f}, {.steps = 200, .batch = 4}};
  for (int step = 0; step < 200; ++step) trainer.step(windows);
  CHECK(trainer.evaluate(windows) < 0.1);
}

namespace {
constexpr models::RecurrentClassifierConfig tiny{
    .classes = 3, .vocabulary = 11, .context = 6, .width = 8, .layers = 2, .dropout = true};
template <template <Index, Index, class> class Cell>
struct Classified {
  models::RecurrentClassifier<tiny, Cell, double> model;
  Index length = 4;
  Token padding = 9;
  auto operator()() const {
    static Token tokens[6] = {3, 1, 4, 1, 0, 0};
    tokens[4] = tokens[5] = padding;
    return model({{tokens}, length});
  }
};
template <class M>
struct OfModel {
  M model;
  auto operator()() const {
    static constexpr Token tokens[6] = {3, 1, 4, 1, 9, 9};
    return model({{tokens}, 4});
  }
};
}  // namespace

TEST_CASE("recurrent classifier: gradients of stacked layers in both directions, with padding") {
  CHECK(testing::gradient_error(OfModel<models::RecurrentClassifier<tiny, nn::Lstm, double>>{}) < 1e-6);
  CHECK(testing::gradient_error(OfModel<models::RecurrentClassifier<tiny, nn::Gru, double>>{}) < 1e-6);
}

TEST_CASE("recurrent classifier: padding changes nothing") {
  Classified<nn::Gru> layer;
  Random random(2);
  initialize(layer.model, random);
  testing::Pass first([&] { return layer(); });
  const std::vector<double> with_one(first.forward(), first.forward() + 3);
  layer.padding = 5;
  testing::Pass second([&] { return layer(); });
  const std::vector<double> with_another(second.forward(), second.forward() + 3);
  CHECK(with_one == with_another);
}
