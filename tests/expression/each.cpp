// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/each.hpp>
#include <transfix/expression/matmul.hpp>

#include "values.hpp"

using namespace transfix;

namespace {
/// relu(x_i) y, matrix by matrix of x.
constexpr auto products = [](auto x, auto y) {
  return each<3>([x, y](Index number) { return matmul(relu(matrix(x, number)), y); });
};
}  // namespace

TEST_CASE("each: the matrices of a tensor one after the other") {
  const support::Numbers<Shape<3, 4, 5>> x;
  const support::Numbers<Shape<5, 2>> y;
  const auto all = support::values([&] { return products(x.name(), y.name()); });
  const auto at_once = support::values([&] { return matmul(relu(x.name()), y.name()); });
  CHECK(support::largest_difference(all.data(), at_once) < 1e-12);
}

TEST_CASE("each: gradients") {
  CHECK(testing::gradient_error([](auto x, auto y) { return products(x, y); }, Shape<3, 4, 5>{}, Shape<5, 2>{}) < 1e-6);
}

TEST_CASE("each: dropout draws other masks for each matrix") {
  const support::Numbers<Shape<2, 8, 16>> x;
  Context context;
  context.dropout = 0.5f;
  const auto y = support::values(
      [&] { return each<2>([name = x.name()](Index number) { return dropout(matrix(name, number)); }); }, context);
  bool differs = false;
  for (std::size_t i = 0; i < 128; ++i) differs |= (y[i] == 0) != (y[128 + i] == 0);
  CHECK(differs);
}
