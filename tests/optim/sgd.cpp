// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/optim/sgd.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
template <class Scalar>
double difference(const optim::Sgd& sgd, bool decays, Index count) {
  auto parameters = support::normal_numbers<Scalar>(count, 1);
  std::vector<double> p(parameters.begin(), parameters.end()), v(p.size());
  std::vector<Scalar> velocity(parameters.size());
  for (Index step = 0; step < 30; ++step) {
    const auto gradients = support::normal_numbers<Scalar>(count, 10 + static_cast<std::uint64_t>(step));
    const double rate = 0.01;
    Scalar* const moments[] = {velocity.data()};
    sgd.update({.step = step, .rate = rate, .decays = decays}, parameters.data(), gradients.data(), moments, count);
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double g = static_cast<double>(gradients[i]) + (decays ? double{sgd.weight_decay} * p[i] : 0);
      v[i] = double{sgd.momentum} * v[i] + g;
      p[i] -= rate * (sgd.nesterov ? g + double{sgd.momentum} * v[i] : v[i]);
    }
  }
  return std::max(support::largest_difference(parameters.data(), p), support::largest_difference(velocity.data(), v));
}
}  // namespace

TEST_CASE("sgd: equals the formula step by step") {
  for (const bool decays : {false, true}) {
    for (const Index count : {1, 7, 16, 33}) {
      CHECK(difference<double>({}, decays, count) < 1e-12);
      CHECK(difference<double>({.momentum = 0, .weight_decay = 0.3f}, decays, count) < 1e-12);
      CHECK(difference<double>({.weight_decay = 0.3f, .nesterov = true}, decays, count) < 1e-12);
      CHECK(difference<float>({.weight_decay = 0.3f, .nesterov = true}, decays, count) < 1e-5);
    }
  }
}
