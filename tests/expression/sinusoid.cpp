// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/sinusoid.hpp>

#include "values.hpp"

using namespace transfix;

TEST_CASE("add_sinusoid: sines and cosines of the place, slower from pair to pair") {
  const support::Numbers<Shape<4, 19>> x;
  const auto y = support::values([&] { return add_sinusoid(x.name(), 2); });
  for (Index row = 0; row < 4; ++row) {
    for (Index column = 0; column < 19; ++column) {
      const double angle =
          static_cast<double>(row + 2) / std::pow(10000, static_cast<double>(column - column % 2) / 19);
      const double wave = column % 2 == 0 ? std::sin(angle) : std::cos(angle);
      CHECK(y[static_cast<std::size_t>(row * 19 + column)] == doctest::Approx(x(row, column) + wave));
    }
  }
}

TEST_CASE("add_sinusoid: the gradient passes") {
  CHECK(testing::gradient_error([](auto x) { return add_sinusoid(x); }, Shape<4, 19>{}) < 1e-6);
}
