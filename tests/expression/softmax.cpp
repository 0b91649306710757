// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/mask.hpp>
#include <transfix/expression/softmax.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("softmax: rows are positive and sum to 1") {
  const support::Numbers<Shape<2, 3, 19>> x;
  const auto y = support::values([&] { return softmax(x.name()); });
  for (Index row = 0; row < 6; ++row) {
    double sum = 0, expected = 0;
    for (Index column = 0; column < 19; ++column) {
      sum += y[static_cast<std::size_t>(row * 19 + column)];
      expected += std::exp(x(row, column));
    }
    CHECK(sum == doctest::Approx(1));
    CHECK(y[static_cast<std::size_t>(row * 19 + 18)] == doctest::Approx(std::exp(x(row, 18)) / expected));
  }
}

TEST_CASE("softmax: gradients, also behind a mask that hides whole rows") {
  CHECK(gradient_error([](auto x) { return softmax(x); }, Shape<2, 3, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return softmax(x * x) * 2.0; }, Shape<3, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return softmax(mask(x, Causal{-2})); }, Shape<2, 7, 19>{}) < 1e-6);
}
