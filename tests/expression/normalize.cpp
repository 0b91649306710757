// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/normalize.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE_TEMPLATE("standardize: rows get mean 0 and variance 1", Scalar, float, double) {
  support::Numbers<Shape<4, 37>, Scalar> x;
  for (Scalar& number : x.data) number = 3 * number + 100;  // a mean far from 0 costs no digits
  const auto y = support::values([&] { return standardize(x.name()); });
  for (Index row = 0; row < 4; ++row) {
    double mean = 0, square = 0;
    for (Index column = 0; column < 37; ++column) {
      const auto number = static_cast<double>(y[static_cast<std::size_t>(row * 37 + column)]);
      mean += number / 37;
      square += number * number / 37;
    }
    CHECK(std::abs(mean) < 1e-5);
    CHECK(std::abs(square - 1) < 1e-5);
  }
}

TEST_CASE("standardize: epsilon stands beside the variance; a constant row gives zeros") {
  const std::vector<double> x{1, 3, 5, 5};
  const auto y = support::values([&] { return standardize(Name<double, Shape<2, 2>>(x.data()), 3.0); });
  CHECK(y == std::vector<double>{-0.5, 0.5, 0, 0});  // sqrt(1 + 3) = 2
}

TEST_CASE("standardize: gradients") {
  CHECK(gradient_error([](auto x) { return standardize(x); }, Shape<3, 37>{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return standardize(x * x + 1.0, 0.5) * x; }, Shape<2, 3, 17>{}) < 1e-6);
}

TEST_CASE("scale_to_unit: rows of mean square one, and gradients") {
  const support::Numbers<Shape<3, 19>> x;
  const auto y = support::values([&] { return scale_to_unit(x.name(), 0.0); });
  for (std::size_t row = 0; row < 3; ++row) {
    double square = 0, size = 0;
    for (std::size_t i = row * 19; i < row * 19 + 19; ++i) {
      square += y[i] * y[i];
      size += x.data[i] * x.data[i];
    }
    CHECK(square / 19 == doctest::Approx(1));
    CHECK(y[row * 19] == doctest::Approx(x.data[row * 19] / std::sqrt(size / 19)));
  }
  CHECK(gradient_error([](auto a) { return scale_to_unit(a); }, Shape<5, 21>{}) < 1e-6);
}
