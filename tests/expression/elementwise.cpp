// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/simd/math.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
/// softplus(x) = log(1 + exp(x)); its derivative is the logistic function.
struct Softplus {
  template <class V>
  static V value(V x) {
    return max(x, V(0)) + log1p(simd::exponential(-abs(x)));
  }
  static auto derivative(auto x) { return simd::logistic(x); }
};
constexpr auto softplus = elementwise<Softplus>;

/// exp(x), which is its own derivative.
struct Exp {
  static auto value(auto x) { return simd::exponential(x); }
  static auto derivative_from_output(auto y) { return y; }
};
constexpr auto exponential = elementwise<Exp>;

/// sqrt(a^2 + b^2)
struct Hypotenuse {
  static auto value(auto a, auto b) { return sqrt(a * a + b * b); }
  template <class V>
  static std::array<V, 2> gradients(V dy, V a, V b) {
    const V c = value(a, b);
    return {dy * a / c, dy * b / c};
  }
};
constexpr auto hypotenuse = elementwise<Hypotenuse>;

/// x + 100 batch + 10 row + column, which shows where each lane believes it stands.
struct AddPlace {
  template <class V>
  static V value(V x, const Position<V>& at) {
    return x + V(static_cast<simd::ScalarOf<V>>(100 * at.batch + 10 * at.row)) + at.columns;
  }
  template <class V>
  static V derivative(V, const Position<V>&) {
    return V(1);
  }
};

/// A rule with a number of its own.
struct Power {
  double exponent = 1;
  template <class V>
  V value(V x) const {
    return simd::exponential(V(static_cast<simd::ScalarOf<V>>(exponent)) * log(abs(x)));
  }
  template <class V>
  V derivative(V x) const {
    return V(static_cast<simd::ScalarOf<V>>(exponent)) * value(x) / x;
  }
};
}  // namespace

TEST_CASE("elementwise: a rule of one's own with value and derivative") {
  const support::Numbers<Shape<3, 21>> x;
  std::vector<double> expected;
  for (const double number : x.data) expected.push_back(std::log1p(std::exp(number)));
  CHECK(support::largest_difference(support::values([&] { return softplus(x.name()); }).data(), expected) < 1e-14);
  CHECK(gradient_error(softplus, Shape<3, 21>{}) < 1e-6);
}

TEST_CASE("elementwise: a rule whose derivative reads its output") {
  CHECK(gradient_error(exponential, Shape<2, 37>{}) < 1e-6);
}

TEST_CASE("elementwise: a rule of two operands") {
  CHECK(gradient_error(hypotenuse, Shape<2, 19>{}, Shape<2, 19>{}) < 1e-6);
  CHECK(gradient_error([](auto a, auto b) { return hypotenuse(a, b); }, Shape<4, 19>{}, Shape<19>{}) < 1e-6);
}

TEST_CASE("elementwise: a rule knows batch, row and column") {
  const std::vector<float> zeros(2 * 3 * 19);
  const auto y = support::values([&] { return elementwise<AddPlace>(Name<float, Shape<2, 3, 19>>(zeros.data())); });
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y[i] == static_cast<float>(100 * (i / 57) + 10 * (i / 19 % 3) + i % 19));
  }
}

TEST_CASE("elementwise: a rule may hold numbers, and chains mix rules") {
  const auto cube_root = [](auto x) { return elementwise<Power>(softplus(x), Power{1.0 / 3}) * 2.0; };
  CHECK(gradient_error(cube_root, Shape<5, 7>{}) < 1e-6);
}

TEST_CASE("elementwise: store keeps values, and gradients pass through") {
  CHECK(gradient_error([](auto x) { return softplus(store(softplus(store(x)))) * 2.0; }, Shape<3, 9>{}) < 1e-6);
}
