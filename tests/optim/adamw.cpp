// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/optim/adamw.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
/// Runs steps of AdamW and of the formula beside it, for `count` numbers; the worst difference.
template <class Scalar>
double difference(const optim::AdamW& adamw, bool decays, Index count, Index steps) {
  auto parameters = support::normal_numbers<Scalar>(count, 1);
  std::vector<double> p(parameters.begin(), parameters.end()), m(p.size()), v(p.size());
  std::vector<Scalar> first(parameters.size()), second(parameters.size());
  for (Index step = 0; step < steps; ++step) {
    const auto gradients = support::normal_numbers<Scalar>(count, 10 + static_cast<std::uint64_t>(step));
    const double rate = 0.01 / static_cast<double>(step + 1);
    Scalar* const moments[] = {first.data(), second.data()};
    adamw.update({.step = step, .rate = rate, .decays = decays}, parameters.data(), gradients.data(), moments, count);
    const double b1 = double{adamw.beta1}, b2 = double{adamw.beta2}, t = static_cast<double>(step + 1);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const auto g = static_cast<double>(gradients[i]);
      m[i] = b1 * m[i] + (1 - b1) * g;
      v[i] = b2 * v[i] + (1 - b2) * g * g;
      const double direction =
          m[i] / (1 - std::pow(b1, t)) / (std::sqrt(v[i] / (1 - std::pow(b2, t))) + double{adamw.epsilon});
      p[i] -= rate * (direction + (decays ? double{adamw.weight_decay} * p[i] : 0));
    }
  }
  return std::max({support::largest_difference(parameters.data(), p), support::largest_difference(first.data(), m),
                   support::largest_difference(second.data(), v)});
}
}  // namespace

TEST_CASE("adamw: equals the published formula step by step") {
  for (const bool decays : {false, true}) {
    for (const Index count : {1, 7, 16, 33}) {
      CHECK(difference<double>({}, decays, count, 50) < 1e-12);
      CHECK(difference<float>({}, decays, count, 50) < 1e-5);
      CHECK(difference<double>({.beta1 = 0.5f, .beta2 = 0.7f, .epsilon = 0.1f, .weight_decay = 0.5f}, decays, count,
                               20) < 1e-12);
    }
  }
}

TEST_CASE("adamw: the first step is the learning rate, whatever the gradient's size") {
  for (const double size : {1e-6, 1.0, 1e6}) {
    double parameter = 1, first = 0, second = 0;
    double* const moments[] = {&first, &second};
    optim::AdamW{.epsilon = 0}.update({.step = 0, .rate = 0.01, .decays = false}, &parameter, &size, moments, 1);
    CHECK(parameter == doctest::Approx(0.99));
  }
}

TEST_CASE("adamw: numbers without gradient do not move, but decay") {
  double parameter = 2, gradient = 0, first = 0, second = 0;
  double* const moments[] = {&first, &second};
  optim::AdamW{}.update({.step = 0, .rate = 0.01, .decays = false}, &parameter, &gradient, moments, 1);
  CHECK(parameter == 2);
  optim::AdamW{.weight_decay = 0.5f}.update({.step = 0, .rate = 0.01, .decays = true}, &parameter, &gradient, moments,
                                            1);
  CHECK(parameter == doctest::Approx(2 * (1 - 0.01 * 0.5)));
}
