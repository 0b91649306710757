// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <transfix/expression/activations.hpp>
#include <transfix/expression/arithmetic.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
// 37 columns fill no whole number of vectors.
template <class Scalar>
double value_error(auto operation, auto formula) {
  using Numbers = support::Numbers<Shape<3, 37>, Scalar>;
  const Numbers x;
  std::vector<double> expected;
  for (const Scalar number : x.data) expected.push_back(formula(static_cast<double>(number)));
  const auto found = support::values([&] { return operation(x.name()); });
  return support::largest_difference(found.data(), expected) / double{std::numeric_limits<Scalar>::epsilon()};
}

void check(auto operation, auto formula) {
  CHECK(value_error<float>(operation, formula) < 16);
  CHECK(value_error<double>(operation, formula) < 64);
  CHECK(gradient_error(operation, Shape<3, 37>{}) < 1e-6);
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
}  // namespace

TEST_CASE("activations: values equal their formulas and gradients the central differences") {
  SUBCASE("relu") {
    check(relu, [](double x) { return std::max(x, 0.0); });
  }
  SUBCASE("leaky_relu") {
    check([](auto x) { return leaky_relu(std::move(x)); }, [](double x) { return x > 0 ? x : 0.2 * x; });
    check([](auto x) { return leaky_relu(std::move(x), 0.01); }, [](double x) { return x > 0 ? x : 0.01 * x; });
  }
  SUBCASE("elu") {
    check(elu, [](double x) { return x > 0 ? x : std::expm1(x); });
  }
  SUBCASE("sigmoid") { check(sigmoid, logistic); }
  SUBCASE("tanh") {
    check([](auto x) { return tanh(std::move(x)); }, [](double x) { return std::tanh(x); });
  }
  SUBCASE("silu") {
    check(silu, [](double x) { return x * logistic(x); });
  }
  SUBCASE("gelu") {
    check(gelu, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); });
  }
  SUBCASE("gelu_tanh") {
    check(gelu_tanh, [](double x) {
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    });
  }
}

TEST_CASE_TEMPLATE("activations: large numbers give the limits, not NaN", Scalar, float, double) {
  using Row = Shape<1, 19>;  // vectors and single lanes
  const std::vector<Scalar> large(19, Scalar(1000)), small(19, Scalar(-1000));
  const auto check = [&](auto operation, double at_large) {
    const auto of_large = support::values([&] { return operation(Name<Scalar, Row>(large.data())); });
    const auto of_small = support::values([&] { return operation(Name<Scalar, Row>(small.data())); });
    CHECK(support::largest_difference(of_large.data(), std::vector<double>(19, at_large)) == 0);
    CHECK(support::largest_difference(of_small.data(), std::vector<double>(19, 0.0)) < 1e-30);
  };
  check(gelu_tanh, 1000);
  check(gelu, 1000);
  check(silu, 1000);
  check(sigmoid, 1);
  check([](auto x) { return affine(elu(std::move(x)), 1, 1); }, 1001);
}
