// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
using Matrix = Shape<3, 19>;
using Row = Shape<19>;

template <class ShapeB = Matrix>
void check(auto operation) {
  const support::Numbers<Matrix> a(1);
  const support::Numbers<ShapeB> b(2);
  std::vector<double> expected;
  for (Index row = 0; row < 3; ++row) {
    for (Index column = 0; column < 19; ++column) {
      expected.push_back(operation(a(row, column), b(ShapeB::rows == 1 ? 0 : row, column)));
    }
  }
  const auto found = support::values([&] { return operation(a.name(), b.name()); });
  CHECK(support::largest_difference(found.data(), expected) < 1e-14);
  CHECK(gradient_error(operation, Matrix{}, ShapeB{}) < 1e-6);
}

void check_number(auto operation) {
  const support::Numbers<Matrix> x;
  std::vector<double> expected;
  for (const double number : x.data) expected.push_back(operation(number));
  const auto found = support::values([&] { return operation(x.name()); });
  CHECK(support::largest_difference(found.data(), expected) < 1e-14);
  CHECK(gradient_error(operation, Matrix{}) < 1e-6);
}
}  // namespace

TEST_CASE("arithmetic: tensors of one shape") {
  check([](auto a, auto b) { return a + b; });
  check([](auto a, auto b) { return a - b; });
  check([](auto a, auto b) { return a * b; });
  check([](auto a, auto b) { return a / (b * b + 1.0); });
}

TEST_CASE("arithmetic: a row beside every row, on either side") {
  check<Row>([](auto a, auto b) { return a + b; });
  check<Row>([](auto a, auto b) { return b - a; });
  check<Row>([](auto a, auto b) { return a * b; });
  check<Row>([](auto a, auto b) { return b / (a * a + 1.0); });
}

TEST_CASE("arithmetic: numbers beside tensors") {
  check_number([](auto x) { return x + 2; });
  check_number([](auto x) { return 2.5 + x; });
  check_number([](auto x) { return x - 2; });
  check_number([](auto x) { return 2 - x; });
  check_number([](auto x) { return x * 3; });
  check_number([](auto x) { return 0.25f * x; });
  check_number([](auto x) { return x / 4; });
  check_number([](auto x) { return -x; });
}

TEST_CASE("arithmetic: a chain is one expression without memory of its own for parts") {
  const auto chain = [](auto a, auto b) { return (a + b) * 2.0 - a / (b * b + 1.0); };
  check(chain);
  using Named = Name<double, Matrix>;
  using Chain = decltype(store(chain(Named(), Named())));
  static_assert(sizeof(Chain::Tape) <= sizeof(Buffer<double, 3 * 19>) + 64);
}
