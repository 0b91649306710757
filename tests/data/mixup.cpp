// SPDX-License-Identifier: MIT
#include <cmath>
#include <transfix/core/padded.hpp>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augmented.hpp>
#include <transfix/data/from_range.hpp>
#include <transfix/data/mixup.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/loss/mixed.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/mix.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/trainer.hpp>

#include "../loss/loss_pass.hpp"
#include "../train/silent.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
/// Mixes the mean embeddings of two texts.
struct Model {
  using Scalar = double;
  using Input = Mixed<PaddedTokens<4>>;
  using Target = Mixed<Tokens<1>>;
  nn::Embedding<8, 6, double> embedding;
  nn::Linear<6, 2, double> head;
  auto operator()(const Input& input) const {
    return head(nn::mix(input, [this](const auto& one) { return mean_of_rows(embedding(one.tokens), one.length); }));
  }
};

const std::vector<std::array<Token, 4>> rows = {{2, 3, 4, 5}, {5, 5, 5, 2}, {6, 7, 2, 0}, {7, 6, 0, 0}};
const std::vector<Token> labels = {0, 1, 0, 1};
const auto texts = data::from_functions(4, [](Index number) {
  const auto i = static_cast<std::size_t>(number);
  return data::Example<PaddedTokens<4>, Tokens<1>>{{{rows[i].data()}, 4 - number / 2}, {&labels[i]}};
});
}  // namespace

TEST_CASE("mixup: shares come from Beta(alpha, alpha), partners from all examples") {
  for (const double alpha : {0.05, 0.4, 1.0, 3.0}) {
    const data::Mixup mixup(texts, alpha);
    Random random(1);
    double sum = 0, square = 0;
    std::array<double, 4> partners = {};
    constexpr int trials = 20000;
    for (int trial = 0; trial < trials; ++trial) {
      const auto example = mixup.example(1, random);
      const double share = example.input.share;
      REQUIRE((0 <= share && share <= 1));
      REQUIRE(example.target.share == share);
      REQUIRE(example.input.first.tokens.data == rows[1].data());
      sum += share;
      square += share * share;
      const auto partner = static_cast<std::size_t>(
          reinterpret_cast<const std::array<Token, 4>*>(example.input.second.tokens.data) - rows.data());
      REQUIRE(example.target.second.data == &labels[partner]);
      ++partners[partner];
    }
    const double mean = sum / trials, variance = square / trials - mean * mean, expected = 1 / (4 * (2 * alpha + 1));
    CHECK(std::abs(mean - 0.5) < 5 * std::sqrt(expected / trials));
    CHECK(variance == doctest::Approx(expected).epsilon(0.03));
    for (const double count : partners) CHECK(std::abs(count / trials - 0.25) < 5 * std::sqrt(0.19 / trials));
  }
}

TEST_CASE("mixup: without mixing, and in evaluation, an example is the plain one") {
  Random random(1), untouched(1);
  const data::Mixup off(texts), on(texts, 1);
  CHECK(off.example(2, random).input.share == 1);
  CHECK(random.bits() == untouched.bits());
  CHECK(on.example(2).input.share == 1);
  CHECK(on.example(2).input.first.tokens.data == rows[2].data());
  CHECK(contains(message_of([] { data::Mixup(texts, -1); }), "alpha is -1"));
}

TEST_CASE("mixup: examples of an augmented data set are changed before they are mixed") {
  const data::Augmented augmented(texts, {}, data::DropWords<>{1, 1});
  const data::Mixup mixup(augmented, 1);
  Random random(3);
  const auto example = mixup.example(3, random);
  CHECK(example.input.first.tokens[0] == 1);
  CHECK(example.input.first.tokens[2] == 0);
  CHECK(example.input.second.tokens[0] == 1);
  CHECK(example.input.first.tokens.data != example.input.second.tokens.data);
}

TEST_CASE("mixup: the loss is the cross-entropy of the mixed labels") {
  const Token first[] = {1, 0}, second[] = {2, 2};
  const Mixed<Tokens<2>> target{{first}, {second}, 0.3};
  const loss::OfMixed<loss::CrossEntropy> function;
  support::check_loss<Shape<2, 4>>(function, target, [&](const double* logits) {
    double loss = 0;
    for (int row = 0; row < 2; ++row) {
      double sum = 0;
      for (int c = 0; c < 4; ++c) sum += std::exp(logits[row * 4 + c]);
      loss += std::log(sum) - 0.3 * logits[row * 4 + first[row]] - 0.7 * logits[row * 4 + second[row]];
    }
    return loss;
  });
  CHECK(function.weight(target) == doctest::Approx(2));
}

TEST_CASE("mixup: a model mixes what its function gives, and learns from mixed examples") {
  using Training = Trainer<Model, loss::OfMixed<loss::CrossEntropy>, optim::Sgd>;
  Training trainer({.learning_rate = 0.2f}, {.steps = 400, .batch = 4, .evaluate_every = 0});
  const auto logit = [&](Index first, Index second, double share) {
    const auto inference = std::make_unique<Inference<Model>>(trainer.model());
    return (*inference)({texts.example(first).input, texts.example(second).input, share})[0];
  };
  // This model is linear, and its bias still 0.
  CHECK(logit(0, 2, 0.7) == doctest::Approx(0.7 * logit(0, 0, 1) + 0.3 * logit(2, 2, 1)).epsilon(1e-12));
  CHECK(std::abs(logit(0, 2, 0.7) - logit(0, 2, 0.3)) > 1e-4);

  const data::Mixup mixup(texts, 0.2), plain(texts);
  const double before = trainer.evaluate(plain);
  CHECK(trainer.fit(mixup, plain, support::Silent()).validation_loss < 0.5 * before);
}
