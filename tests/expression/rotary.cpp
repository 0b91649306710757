// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/rotary.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("rotary: pairs turn by their place times a speed that falls with the pair") {
  using Heads = Shape<2, 5, 6>;
  const support::Numbers<Heads> x;
  const auto halves = support::values([&] { return rotate(x.name(), 3); });
  const auto neighbours = support::values([&] { return rotate<RotaryPairs::neighbours>(x.name(), 3); });
  for (Index row = 0; row < 10; ++row) {
    for (Index i = 0; i < 3; ++i) {
      const double angle = static_cast<double>(3 + row % 5) * std::pow(10000.0, -static_cast<double>(i) / 3);
      const auto at = [&](const auto& numbers, Index column) {
        return numbers[static_cast<std::size_t>(row * 6 + column)];
      };
      CHECK(at(halves, i) == doctest::Approx(x(row, i) * std::cos(angle) - x(row, i + 3) * std::sin(angle)));
      CHECK(at(halves, i + 3) == doctest::Approx(x(row, i) * std::sin(angle) + x(row, i + 3) * std::cos(angle)));
      CHECK(at(neighbours, 2 * i) ==
            doctest::Approx(x(row, 2 * i) * std::cos(angle) - x(row, 2 * i + 1) * std::sin(angle)));
    }
  }
}

TEST_CASE("rotary: gradients, of heads that lie side by side too") {
  CHECK(gradient_error([](auto x) { return rotate(x, 2); }, Shape<2, 5, 6>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return rotate<RotaryPairs::neighbours>(x * x); }, Shape<2, 5, 6>{}) < 1e-6);
  const auto strided = [](auto x) {
    auto [a, b] = split_heads<2, 3>(x);
    return rotate(a) * b;
  };
  CHECK(gradient_error(strided, Shape<5, 24>{}) < 1e-6);
}

TEST_CASE("rotary: products of queries and keys depend on their distance alone") {
  const support::Numbers<Shape<1, 1, 8>> q(1), k(2);
  const auto product = [&](Index query, Index key) {
    const auto a = support::values([&] { return rotate(q.name(), query); });
    const auto b = support::values([&] { return rotate(k.name(), key); });
    double sum = 0;
    for (std::size_t i = 0; i < 8; ++i) sum += a[i] * b[i];
    return sum;
  };
  CHECK(product(9, 4) == doctest::Approx(product(105, 100)));
  CHECK(product(9, 4) != doctest::Approx(product(9, 5)));
}
