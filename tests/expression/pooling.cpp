// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/pooling.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("pooling: the mean and the largest of the rows that count") {
  const support::Numbers<Shape<7, 19>> x;
  const auto mean = support::values([&] { return mean_of_rows(x.name(), 3); });
  const auto largest = support::values([&] { return largest_of_rows(x.name(), 3); });
  for (Index i = 0; i < 19; ++i) {
    const auto at = static_cast<std::size_t>(i);
    CHECK(mean[at] == doctest::Approx((x(0, i) + x(1, i) + x(2, i)) / 3));
    CHECK(largest[at] == std::max({x(0, i), x(1, i), x(2, i)}));
  }
}

TEST_CASE("pooling: gradients, in fresh memory too, and zero for padding") {
  CHECK(gradient_error([](auto x) { return mean_of_rows(x, std::array<Index, 2>{3, 7}); }, Shape<2, 7, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return mean_of_rows(x, 3); }, Shape<7, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return mean_of_rows(x * x); }, Shape<7, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return largest_of_rows(x * x, 4); }, Shape<7, 19>{}) < 1e-6);
}

TEST_CASE("pooling: a count outside the rows is an error") {
  const support::Numbers<Shape<7, 19>> x;
  for (const Index wrong : {Index{-1}, Index{8}}) {
    const auto message = support::message_of([&] { static_cast<void>(mean_of_rows(x.name(), wrong)); });
    CHECK(support::contains(message, "pooling over " + std::to_string(wrong) + " rows of 7"));
  }
}
