// SPDX-License-Identifier: MIT
#include <memory>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/loss/combination.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/loss/divergence.hpp>
#include <transfix/loss/elementwise.hpp>
#include <transfix/models/bert.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/trainer.hpp>

#include "loss_pass.hpp"

using namespace transfix;

namespace {
const Token targets[] = {1, 3, -1};
double cross_entropy(const double* logits) {
  double loss = 0;
  for (Index row = 0; row < 2; ++row) {
    double exponentials = 0;
    for (Index c = 0; c < 4; ++c) exponentials += std::exp(logits[row * 4 + c]);
    loss += std::log(exponentials) - logits[row * 4 + targets[row]];
  }
  return loss;
}
}  // namespace

TEST_CASE("combination: a weighted sum of two means, on one target or on one each") {
  const auto teacher = support::normal_numbers(12, 3);
  const auto squares = [&](const double* outputs) {
    double sum = 0;
    for (std::size_t i = 0; i < 12; ++i) sum += (outputs[i] - teacher[i]) * (outputs[i] - teacher[i]);
    return sum;
  };
  support::check_loss<Shape<3, 4>>(0.5 * loss::CrossEntropy{} + 2.0 * loss::CrossEntropy{}, Tokens<3>{targets},
                                   [&](const double* logits) { return 2.5 * cross_entropy(logits) / 2; });
  support::check_loss<Shape<3, 4>>(0.5 * loss::CrossEntropy{} + loss::MeanSquaredError{},
                                   Pair<Tokens<3>, Values<12, double>>{{targets}, {teacher.data()}},
                                   [&](const double* y) { return 0.5 * cross_entropy(y) / 2 + squares(y) / 12; });
  // An example without targets for one of its losses has the other one only.
  static const Token none[] = {-1, -1, -1};
  support::check_loss<Shape<3, 4>>(0.5 * loss::CrossEntropy{} + loss::MeanSquaredError{},
                                   Pair<Tokens<3>, Values<12, double>>{{none}, {teacher.data()}},
                                   [&](const double* y) { return squares(y) / 12; });
}

TEST_CASE("combination: a model with two heads has a loss for each, and the gradients of both") {
  auto x = support::normal_numbers(12, 8), gradients = std::vector<double>(12);
  static const double aims[] = {0.5, -0.5, 1, 0.25};
  const auto both = 1.0 * loss::CrossEntropy{} + 3.0 * loss::MeanSquaredError{};
  support::LossPass pass([&] {
    auto heads = let_results(Name<double, Shape<3, 4>>(x.data(), gradients.data()) * 1.5,
                             [](auto y) { return results(y * y, mean_of_rows(y)); });
    return both(std::move(heads), Pair<Tokens<3>, Values<4, double>>{{targets}, {aims}});
  });
  double logits[12], squares = 0;
  for (std::size_t i = 0; i < 12; ++i) logits[i] = 2.25 * x[i] * x[i];
  for (std::size_t c = 0; c < 4; ++c) squares += std::pow((x[c] + x[4 + c] + x[8 + c]) * 0.5 - aims[c], 2);
  const double expected = cross_entropy(logits) / 2 + 3 * squares / 4;
  CHECK(pass.evaluate() == doctest::Approx(expected));
  CHECK(pass.train(0.5) == doctest::Approx(expected));
  testing::detail::Comparison comparison;
  comparison.compare(gradients, x.data(), [&] { return 0.5 * pass.evaluate(); });
  CHECK(comparison.worst() < 1e-6);
}

// Published: BertForPreTraining of BERT-base, uncased.
static_assert(parameter_count<models::BertPretraining<models::BertConfig{}>> == 110'106'428);

namespace {
constexpr models::BertConfig tiny{.vocabulary = 12, .context = 8, .width = 16, .heads = 2, .hidden = 32, .layers = 1};
using Model = models::BertPretraining<tiny>;

/// Sentences that count up; the second one goes on from the first, or is noise. One token is hidden.
struct Sentences {
  struct Example {
    Model::Input input;
    Model::Target target;
  };
  std::vector<Token> tokens, segments, hidden, follows;
  Sentences() {
    for (Index number = 0; number < size(); ++number) {
      const Token start = static_cast<Token>(number % 10), follow = static_cast<Token>(number / 10 % 2);
      for (Token i = 0; i < 8; ++i) {
        const Token token = i < 4 || follow == 1 ? (start + i) % 10 : 10;
        tokens.push_back(i == 2 ? 11 : token);
        segments.push_back(i >= 4);
        hidden.push_back(i == 2 ? token : -1);
      }
      follows.push_back(follow);
    }
  }
  static Index size() { return 20; }
  Example example(Index number) const {
    return {{{tokens.data() + 8 * number}, {segments.data() + 8 * number}},
            {{hidden.data() + 8 * number}, {follows.data() + number}}};
  }
};
}  // namespace

TEST_CASE("combination: BERT learns hidden words and which sentence follows, both at once") {
  using Both = loss::Sum<loss::CrossEntropy, loss::CrossEntropy>;
  const Sentences sentences;
  Trainer<Model, Both, optim::AdamW> training({.learning_rate = 3e-3f}, {.steps = 400, .batch = 8});
  CHECK(training.evaluate(sentences) == doctest::Approx(std::log(12.0) + std::log(2.0)).epsilon(0.1));
  for (int step = 0; step < 400; ++step) training.step(sentences);
  CHECK(training.evaluate(sentences) < 0.3);
}
