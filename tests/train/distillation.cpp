// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/expression/activations.hpp>
#include <transfix/loss/combination.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/loss/divergence.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/distillation.hpp>
#include <transfix/train/trainer.hpp>

#include "silent.hpp"

using namespace transfix;
using support::Silent;

namespace {
/// Classifies points of a plane.
template <Index Hidden>
struct Network {
  using Scalar = float;
  using Input = Values<2>;
  using Target = Tokens<1>;
  nn::Linear<2, Hidden> up;
  nn::Linear<Hidden, 3> head;
  auto operator()(const Input& input) const { return head(tanh(up(constant<Shape<1, 2>>(input.data)))); }
};
using Large = Network<64>;
using Small = Network<12>;

/// Three rings around the origin; of the labels a share is left out.
struct Rings {
  using Example = data::Example<Values<2>, Tokens<1>>;
  std::vector<float> points;
  std::vector<Token> rings;
  Rings(Index count, std::uint64_t seed, double share_without_label = 0) {
    Random random(seed);
    for (Index i = 0; i < count; ++i) {
      const double x = 4 * random.uniform() - 2, y = 4 * random.uniform() - 2, radius = std::hypot(x, y);
      points.insert(points.end(), {static_cast<float>(x), static_cast<float>(y)});
      const Token ring = radius < 0.8 ? 0 : radius < 1.5 ? 1 : 2;
      rings.push_back(random.uniform() < share_without_label ? -1 : ring);
    }
  }
  Index size() const { return std::ssize(rings); }
  Example example(Index i) const { return {{points.data() + 2 * i}, {rings.data() + i}}; }
  template <class Model>
  double measure(const Model& model) const {
    const auto inference = std::make_unique<Inference<Model>>(model);
    Index right = 0;
    for (Index i = 0; i < size(); ++i) {
      const float* const logits = (*inference)(example(i).input);
      right += std::max_element(logits, logits + 3) - logits == rings[static_cast<std::size_t>(i)];
    }
    return static_cast<double>(right) / static_cast<double>(size());
  }
};

const Rings examples(600, 1), unseen(600, 2);

const Large& teacher() {
  static const auto trained = [] {
    Trainer<Large, loss::CrossEntropy, optim::AdamW> trainer({.learning_rate = 2e-2f, .weight_decay = 0},
                                                             {.steps = 1500, .batch = 32});
    trainer.fit(examples, unseen, Silent());
    return std::make_unique<Large>(trainer.model());
  }();
  return *trained;
}
}  // namespace

TEST_CASE(
    "distillation: a data set with a teacher has its labels and the teacher's logits, but not for rows left out") {
  const Rings some(50, 3, 0.5);
  const Taught taught(teacher(), some);
  REQUIRE(taught.size() == 50);
  const auto inference = std::make_unique<Inference<Large>>(teacher());
  Index left_out = 0;
  for (Index i = 0; i < taught.size(); ++i) {
    const auto example = taught.example(i);
    CHECK(example.input.data == some.example(i).input.data);
    CHECK(example.target.first[0] == some.example(i).target[0]);
    if (example.target.first[0] < 0) {
      ++left_out;
      CHECK(std::isnan(example.target.second[0]));
      continue;
    }
    const float* const logits = (*inference)(example.input);
    for (Index c = 0; c < 3; ++c) CHECK(example.target.second[c] == logits[c]);
  }
  CHECK(left_out > 10);
}

TEST_CASE("distillation: a small model learns from a larger one alone, without a label") {
  REQUIRE(unseen.measure(teacher()) > 0.93);
  const Taught training(teacher(), examples), validation(teacher(), unseen);
  using Loss = loss::Sum<loss::CrossEntropy, loss::Distillation>;
  Trainer<Student<Small>, Loss, optim::AdamW> trainer({.learning_rate = 2e-2f, .weight_decay = 0},
                                                      {.steps = 1500, .batch = 32}, {},
                                                      0.0 * loss::CrossEntropy{} + 1.0 * loss::Distillation{});
  const double before = trainer.evaluate(validation);
  trainer.fit(training, validation, Silent());
  CHECK(trainer.progress().validation_loss < 0.1 * before);
  CHECK(trainer.progress().metric == unseen.measure(trainer.model().model));
  CHECK(trainer.progress().metric > 0.9);
}
