// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/nn/linear.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
/// The identity, which counts the lanes that it computes.
struct Counted {
  static inline Index lanes = 0;
  template <class V>
  static V value(V x) {
    lanes += simd::lanes_of<V>;
    return x;
  }
  template <class V>
  static V derivative(V) {
    return V(1);
  }
};

using Matrix = Shape<3, 19>;
}  // namespace

TEST_CASE("let: a named value is computed once however often it is used") {
  const support::Numbers<Matrix> x;
  const auto make = [&] { return let(elementwise<Counted>(x.name()), [](auto y) { return y * y + y - y / 3.0; }); };
  std::vector<double> expected;
  for (const double v : x.data) expected.push_back(v * v + v - v / 3);
  Counted::lanes = 0;
  CHECK(support::largest_difference(support::values(make).data(), expected) < 1e-14);
  CHECK(Counted::lanes == Matrix::size);
}

TEST_CASE("let: gradients of all uses are added up") {
  CHECK(gradient_error([](auto x) { return let(x * x, [](auto y) { return y * y + y; }); }, Matrix{}) < 1e-6);
}

TEST_CASE("let: names may be nested and outlast inner ones") {
  const auto nested = [](auto x) {
    return let(gelu(x), [](auto a) {
      return let(a * a + 1.0, [a](auto b) { return let(b / (a * a + 2.0), [a, b](auto c) { return a * b + c * c; }); });
    });
  };
  CHECK(gradient_error(nested, Matrix{}) < 1e-6);
}

TEST_CASE("let: the body may be the name itself, or a leaf") {
  CHECK(gradient_error([](auto x) { return let(x * x, [](auto y) { return y; }); }, Matrix{}) < 1e-6);
  CHECK(gradient_error([](auto x) { return let(x, [](auto y) { return y * y; }); }, Matrix{}) < 1e-6);
  CHECK(gradient_error(
            [](auto x, auto z) { return let(x * x, [z](auto y) { return let(y * z, [y](auto) { return y; }); }); },
            Matrix{}, Matrix{}) < 1e-6);
}

TEST_CASE("let: the result of a let is an operand like others") {
  const auto chain = [](auto x) {
    return let(let(x * x, [](auto y) { return y + 1.0; }) * x, [](auto z) { return z * z; }) - x;
  };
  CHECK(gradient_error(chain, Matrix{}) < 1e-6);
}

TEST_CASE("let: a name for constants passes gradients to the parameters beside it") {
  const support::Numbers<Matrix> numbers;
  const auto function = [&](auto weight) {
    return let(constant<Matrix>(numbers.data.data()) * 2.0, [weight](auto y) { return y * weight + y; });
  };
  CHECK(gradient_error(function, Shape<19>{}) < 1e-6);
}
