// SPDX-License-Identifier: MIT
#include <transfix/optim/adafactor.hpp>

#include "steps.hpp"

using namespace transfix;

static_assert(optim::state_of<optim::Adafactor, Shape<30, 50>> == 80);
static_assert(optim::state_of<optim::Adafactor, Shape<30>> == 30);

TEST_CASE("adafactor: equals the published algorithm on a matrix") {
  constexpr Index rows = 3, columns = 5;
  auto p = support::normal_numbers(15, 1);
  auto expected = p;
  std::vector<double> state(8), scratch(15), r(3), c(5);
  const optim::Adafactor adafactor;
  for (Index step = 0; step < 30; ++step) {
    const auto g = support::normal_numbers(15, 100 + static_cast<std::uint64_t>(step));
    adafactor.update_whole<Shape<rows, columns>>({.step = step, .rate = 0.02}, p.data(), g.data(),
                                                 static_cast<double* const*>(nullptr), state.data(), scratch.data());
    const double mixed = std::pow(static_cast<double>(step + 1), -double{0.8f});
    std::vector<double> u(15);
    for (std::size_t i = 0; i < 3; ++i) {
      double mean = 0;
      for (std::size_t j = 0; j < 5; ++j) mean += g[i * 5 + j] * g[i * 5 + j] / 5;
      r[i] = (1 - mixed) * r[i] + mixed * mean;
    }
    for (std::size_t j = 0; j < 5; ++j) {
      double mean = 0;
      for (std::size_t i = 0; i < 3; ++i) mean += g[i * 5 + j] * g[i * 5 + j] / 3;
      c[j] = (1 - mixed) * c[j] + mixed * mean;
    }
    double square = 0, size = 0;
    for (std::size_t k = 0; k < 15; ++k) {
      u[k] = g[k] / std::sqrt(r[k / 5] * c[k % 5] / ((r[0] + r[1] + r[2]) / 3));
      square += u[k] * u[k] / 15;
      size += expected[k] * expected[k] / 15;
    }
    for (std::size_t k = 0; k < 15; ++k) {
      expected[k] -= 0.02 * std::max(1e-3, std::sqrt(size)) * u[k] / std::max(1.0, std::sqrt(square));
    }
  }
  CHECK(support::largest_difference(p.data(), expected) < 1e-9);
}

TEST_CASE("adafactor: finds the least of a bowl, as a vector too") {
  std::vector<double> p(4, 1), state(4), scratch(4);
  for (Index step = 0; step < 400; ++step) {
    std::vector<double> g(4);
    for (std::size_t i = 0; i < 4; ++i) g[i] = p[i] - static_cast<double>(i);
    optim::Adafactor{}.update_whole<Shape<4>>({.step = step, .rate = 0.05, .decays = false}, p.data(), g.data(),
                                              static_cast<double* const*>(nullptr), state.data(), scratch.data());
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(p[i] - static_cast<double>(i)) < 0.15);
}
