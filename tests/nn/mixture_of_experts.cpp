// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/expression/activations.hpp>
#include <transfix/generate/generator.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/llama.hpp>
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/mixture_of_experts.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/testing.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
constexpr Index rows = 37, width = 6, experts = 5;
template <Index Chosen, GatesOver Over>
using Mixture =
    nn::MixtureOfExperts<nn::FeedForward<width, 7, nn::GeluTanh, double>, width, experts, Chosen, Over, 0, double>;

/// The mixture by its definition: every expert on every row, times its gate.
template <Index Chosen, GatesOver Over>
std::vector<double> plain(const Mixture<Chosen, Over>& layer, const std::vector<double>& x) {
  const Name<double, Shape<rows, width>> input(x.data());
  testing::Pass scores([&] { return layer.router(input); });
  const double* logits = scores.forward();
  std::vector<double> y(rows * width);
  for (Index e = 0; e < experts; ++e) {
    testing::Pass expert([&] { return layer.experts.items[e](input); });
    const double* result = expert.forward();
    for (Index row = 0; row < rows; ++row) {
      const double* of_row = logits + row * experts;
      const auto better = std::count_if(of_row, of_row + experts, [&](double other) { return other > of_row[e]; });
      if (better >= Chosen) continue;
      double sum = 0;
      for (Index other = 0; other < experts; ++other) {
        const auto rank = std::count_if(of_row, of_row + experts, [&](double third) { return third > of_row[other]; });
        if (Over == GatesOver::all || rank < Chosen) sum += std::exp(of_row[other]);
      }
      for (Index column = 0; column < width; ++column) {
        y[static_cast<std::size_t>(row * width + column)] += std::exp(of_row[e]) / sum * result[row * width + column];
      }
    }
  }
  return y;
}

template <Index Chosen, GatesOver Over>
void check_values() {
  auto layer = std::make_unique<Mixture<Chosen, Over>>();
  Random random(4);
  initialize(*layer, random, {.deviation = 0.7});
  const auto x = support::normal_numbers(rows * width, 5);
  testing::Pass pass([&] { return (*layer)(Name<double, Shape<rows, width>>(x.data())); });
  CHECK(support::largest_difference(pass.forward(), plain(*layer, x)) < 1e-12);
}
}  // namespace

TEST_CASE("mixture of experts: is the gated sum of the chosen experts") {
  check_values<1, GatesOver::all>();
  check_values<2, GatesOver::chosen>();
  check_values<2, GatesOver::all>();
  check_values<5, GatesOver::chosen>();
}

TEST_CASE("mixture of experts: gradients of experts, router and input") {
  CHECK(gradient_error(Mixture<1, GatesOver::all>{}, Shape<rows, width>{}) < 1e-6);
  CHECK(gradient_error(Mixture<2, GatesOver::chosen>{}, Shape<rows, width>{}) < 1e-6);
  CHECK(gradient_error(Mixture<3, GatesOver::all>{}, Shape<rows, width>{}) < 1e-6);
  // A computed input has fresh memory for its gradient.
  CHECK(gradient_error(
            [](auto x, auto g) {
              return route<2>(x * x, gates<2>(g * 2.0),
                              [](Index e, auto r) { return gelu(r * static_cast<double>(e + 1)); });
            },
            Shape<9, 4>{}, Shape<9, 3>{}) < 1e-6);
}

TEST_CASE("gates: the penalty's gradient, and that it is least for equal loads") {
  auto logits = support::normal_numbers(12 * 4, 6), gradients = std::vector<double>(12 * 4);
  const auto penalty = [&] {
    Context context;
    rules::Gates<Tensor<double, Shape<12, 4>>, 2, GatesOver::chosen>::Saved saved;
    std::vector<double> y(12 * 4);
    rules::Gates<Tensor<double, Shape<12, 4>>, 2, GatesOver::chosen>{0.3}.forward({logits.data()}, {y.data()}, saved,
                                                                                  context);
    return context.penalty;
  };
  Context context;
  context.share = 0.25;
  testing::Pass pass([&] { return gates<2>(Name<double, Shape<12, 4>>(logits.data(), gradients.data()), 0.3); },
                     context);
  pass.forward();
  pass.backward(std::vector<double>(12 * 4).data());
  // The loads are counts, which a small change of the logits leaves as they are.
  testing::detail::Comparison comparison;
  comparison.compare(gradients, logits.data(), [&] { return 0.25 * penalty(); });
  CHECK(comparison.worst() < 1e-6);
  std::fill(logits.begin(), logits.end(), 0.0);
  CHECK(penalty() == doctest::Approx(0.3));  // equal probabilities
  for (std::size_t row = 0; row < 12; ++row) logits[row * 4] = 9;
  CHECK(penalty() > 0.55);  // half of all choices, and nearly all probability, for one of four
}

TEST_CASE("mixture of experts: a Llama with experts learns, keeps its loads even, and generates") {
  constexpr models::LlamaConfig config{
      .vocabulary = 8, .context = 12, .width = 16, .hidden = 24, .heads = 4, .key_heads = 2, .layers = 1, .experts = 4};
  using Model = models::Llama<config>;
  static_assert(
      parameter_count<Model> -
          parameter_count<models::Llama<models::LlamaConfig{
              .vocabulary = 8, .context = 12, .width = 16, .hidden = 24, .heads = 4, .key_heads = 2, .layers = 1}>> ==
      3 * 3 * 16 * 24 + 4 * 16);
  const auto text = support::pattern(200, 7);
  const auto windows = data::next_token_windows<config.context>(text);
  Trainer<Model, loss::CrossEntropy, optim::AdamW> training({.learning_rate = 1e-2f}, {.steps = 150, .batch = 4});
  for (int step = 0; step < 150; ++step) training.step(windows);
  CHECK(training.evaluate(windows) < 0.1);
  const auto generator = std::make_unique<Generator<Model>>(training.model());
  Token token = 0;
  for (int i = 0; i < 8; ++i) {
    token = generator->step(token, {.temperature = 0});
    CHECK(token == (i + 1) % 7);
  }
}
