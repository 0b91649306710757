// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/classifier.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/trainer.hpp>

#include "../expression/values.hpp"

using namespace transfix;
using models::ClassifierConfig;

namespace {
constexpr ClassifierConfig small{.classes = 3,
                                 .context = 6,
                                 .width = 8,
                                 .heads = 2,
                                 .hidden = 12,
                                 .layers = 2,
                                 .dropout = true,
                                 .vocabulary = 11,
                                 .features = 5};
constexpr Token tokens[6] = {3, 1, 4, 1, 5, 9};

struct OfTokens {
  models::TokenClassifier<small, double> model;
  auto operator()() const { return model({{tokens}, 4}); }
};
struct OfFrames {
  models::FrameClassifier<small, double> model;
  auto operator()() const {
    static const auto numbers = support::normal_numbers<double>(30);
    return model({numbers.data(), 4});
  }
};

// Which half of a sequence is louder: something that no single frame tells.
struct Louder {
  using Model = models::FrameClassifier<ClassifierConfig{
      .classes = 2, .context = 8, .width = 16, .heads = 2, .hidden = 32, .layers = 1, .features = 3}>;
  struct Example {
    Model::Input input;
    Model::Target target;
  };
  std::vector<float> numbers = support::normal_numbers<float>(200 * 24);
  std::vector<Token> classes = std::vector<Token>(200);
  Louder() {
    for (std::size_t i = 0; i < 200; ++i) {
      float halves[2] = {};
      for (std::size_t k = 0; k < 24; ++k) halves[k / 12] += std::abs(numbers[i * 24 + k]);
      classes[i] = halves[1] > halves[0];
    }
  }
  static Index size() { return 200; }
  Example example(Index i) const { return {{numbers.data() + i * 24}, {classes.data() + i}}; }
  const Louder& each_once() const { return *this; }
};
}  // namespace

TEST_CASE("classifiers: gradients of the whole model against central differences") {
  Context context;
  context.dropout = 0.2f;
  CHECK(testing::gradient_error(OfTokens{}, context) < 1e-6);
  CHECK(testing::gradient_error(OfFrames{}, context) < 1e-6);
}

TEST_CASE("classifiers: frames of numbers are learned by the trainer of everything else") {
  const Louder data;
  Trainer<Louder::Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine> trainer{
      {.learning_rate = 1e-2f}, {.steps = 1500, .batch = 16}};
  for (int step = 0; step < 1500; ++step) trainer.step(data);
  CHECK(trainer.evaluate(data) < 0.2);
}

namespace {
constexpr models::ClassifierConfig whole{
    .classes = 3, .context = 32, .width = 16, .heads = 2, .hidden = 24, .layers = 1, .vocabulary = 11};
constexpr models::ClassifierConfig shortened = [] {
  auto config = whole;
  config.shortest = 8;
  return config;
}();

/// Sequences of every length; their class is their first token's.
template <class Model>
struct Lengths {
  struct Example {
    typename Model::Input input;
    typename Model::Target target;
  };
  std::vector<Token> tokens = std::vector<Token>(33 * 32), labels = std::vector<Token>(33);
  Lengths() {
    Random random(3);
    for (Token& token : tokens) token = static_cast<Token>(random.below(11));
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = tokens[32 * i] % 3;
  }
  static Index size() { return 32; }
  Example example(Index number) const {
    return {{{tokens.data() + 32 * number}, number + 1}, {labels.data() + number}};
  }
};
}  // namespace

TEST_CASE("classifier: a form for shorter sequences gives the same losses and the same training") {
  using Whole = Trainer<models::TokenClassifier<whole>, loss::CrossEntropy, optim::AdamW>;
  using Short = Trainer<models::TokenClassifier<shortened>, loss::CrossEntropy, optim::AdamW>;
  static_assert(Short::memory().tape == Whole::memory().tape);
  Whole first({}, {.batch = 8});
  Short second({}, {.batch = 8});
  const Lengths<models::TokenClassifier<whole>> data;
  const Lengths<models::TokenClassifier<shortened>> same;
  CHECK(second.evaluate(same) == doctest::Approx(first.evaluate(data)).epsilon(1e-5));
  for (int step = 0; step < 10; ++step) CHECK(second.step(same) == doctest::Approx(first.step(data)).epsilon(1e-4));
  CHECK(second.evaluate(same) == doctest::Approx(first.evaluate(data)).epsilon(1e-4));
}

TEST_CASE("classifier: a length beyond the context is an error that names both") {
  using Short = Trainer<models::TokenClassifier<shortened>, loss::CrossEntropy, optim::AdamW>;
  struct TooLong : Lengths<models::TokenClassifier<shortened>> {
    Example example(Index) const { return {{{tokens.data()}, 33}, {labels.data()}}; }
  };
  Short trainer;
  CHECK(support::contains(support::message_of([&] { trainer.step(TooLong()); }), "33 of its 32 places"));
}
