// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
template <class A, class B, bool Transposed = false>
double product_error() {
  const support::Numbers<A> a(1);
  const support::Numbers<B> b(2);
  constexpr Index columns = Transposed ? B::matrix_rows : B::columns;
  std::vector<double> expected;
  for (Index row = 0; row < A::rows; ++row) {
    const Index first_of_b = B::batches == 1 ? 0 : row / A::matrix_rows * B::matrix_rows;
    for (Index column = 0; column < columns; ++column) {
      double sum = 0;
      for (Index k = 0; k < A::columns; ++k) {
        sum += a(row, k) * (Transposed ? b(first_of_b + column, k) : b(first_of_b + k, column));
      }
      expected.push_back(sum);
    }
  }
  const auto found = support::values([&] {
    if constexpr (Transposed) {
      return matmul(a.name(), transpose(b.name()));
    } else {
      return matmul(a.name(), b.name());
    }
  });
  return found.size() == expected.size() ? support::largest_difference(found.data(), expected) : INFINITY;
}
const auto product = [](auto a, auto b) { return matmul(a, b); };
const auto product_transposed = [](auto a, auto b) { return matmul(a, transpose(b)); };
}  // namespace

TEST_CASE("matmul: values equal the plain loop") {
  CHECK(product_error<Shape<5, 17>, Shape<17, 19>>() < 1e-14);
  CHECK(product_error<Shape<1, 3>, Shape<3, 1>>() < 1e-14);
  CHECK(product_error<Shape<5, 17>, Shape<19, 17>, true>() < 1e-14);
  CHECK(product_error<Shape<3, 5, 7>, Shape<3, 7, 9>>() < 1e-14);
  CHECK(product_error<Shape<3, 5, 7>, Shape<3, 9, 7>, true>() < 1e-14);
  CHECK(product_error<Shape<2, 2, 5, 7>, Shape<2, 2, 7, 3>>() < 1e-14);
}

TEST_CASE("matmul: one right matrix serves all batches") {
  CHECK(product_error<Shape<3, 5, 7>, Shape<7, 9>>() < 1e-14);
  CHECK(product_error<Shape<3, 5, 7>, Shape<9, 7>, true>() < 1e-14);
}

TEST_CASE("matmul: gradients") {
  CHECK(gradient_error(product, Shape<5, 17>{}, Shape<17, 19>{}) < 1e-6);
  CHECK(gradient_error(product_transposed, Shape<5, 17>{}, Shape<19, 17>{}) < 1e-6);
  CHECK(gradient_error(product, Shape<3, 5, 7>{}, Shape<3, 7, 9>{}) < 1e-6);
  CHECK(gradient_error(product_transposed, Shape<3, 5, 7>{}, Shape<3, 9, 7>{}) < 1e-6);
  CHECK(gradient_error(product, Shape<3, 5, 7>{}, Shape<7, 9>{}) < 1e-6);
  CHECK(gradient_error(product_transposed, Shape<3, 5, 7>{}, Shape<9, 7>{}) < 1e-6);
}

TEST_CASE("matmul: gradients of operands that are expressions, stored and fresh") {
  const auto chain = [](auto a, auto b) { return gelu(matmul(a * 2.0, b * b)) + 1.0; };
  CHECK(gradient_error(chain, Shape<5, 17>{}, Shape<17, 9>{}) < 1e-6);
  const auto batches = [](auto a, auto b) { return matmul(relu(a), gelu(b)); };
  CHECK(gradient_error(batches, Shape<3, 5, 7>{}, Shape<7, 9>{}) < 1e-6);
  const auto twice = [](auto a) { return matmul(matmul(a, a), transpose(a)); };
  CHECK(gradient_error(twice, Shape<9, 9>{}) < 1e-6);
}

TEST_CASE("transpose: alone, before elementwise work and on the left") {
  const support::Numbers<Shape<2, 5, 19>> x;
  const auto y = support::values([&] { return transpose(x.name()); });
  for (Index i = 0; i < 2 * 5 * 19; ++i) {
    CHECK(y[static_cast<std::size_t>(i)] == x(i / 95 * 5 + i % 5, i / 5 % 19));
  }
  CHECK(gradient_error([](auto a) { return transpose(a) * 2.0; }, Shape<2, 5, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto a, auto b) { return matmul(transpose(a), b); }, Shape<5, 19>{}, Shape<5, 3>{}) < 1e-6);
  CHECK(gradient_error([](auto a, auto b) { return matmul(a, transpose(b * b)); }, Shape<5, 19>{}, Shape<3, 19>{}) <
        1e-6);
}

TEST_CASE("scale: divides by the root of the inner extent") {
  const support::Numbers<Shape<3, 16>> a(1), b(2);
  const auto plain = support::values([&] { return matmul(a.name(), transpose(b.name())); });
  const auto scaled = support::values([&] { return scale(matmul(a.name(), transpose(b.name()))); });
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(scaled[i] == doctest::Approx(plain[i] / 4));
}
