// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/let.hpp>

#include "values.hpp"

using namespace transfix;

namespace {
using Matrix = Shape<3, 19>;
using Leaf19 = Name<float, Matrix>;
using Sum = decltype(Leaf19() + Leaf19());
}  // namespace

TEST_CASE("expression: leaves, lanes and stored values") {
  static_assert(Expression<Leaf19> && Leaf<Leaf19> && Viewable<Leaf19>);
  static_assert(Expression<Sum> && !Leaf<Sum> && !Viewable<Sum>);
  static_assert(Viewable<decltype(store(Leaf19() + Leaf19()))> && !Leaf<decltype(store(Leaf19() + Leaf19()))>);
  static_assert(std::is_same_v<decltype(store(Leaf19())), Leaf19>);
  static_assert(!Expression<Parameter<Matrix>> && Operand<Parameter<Matrix>> && !Operand<float>);
}

TEST_CASE("expression: parameters are leaves with their gradient at an offset") {
  static Parameter<Matrix, float> parameters[2] = {};
  Context context;
  context.gradient_offset = sizeof(Parameter<Matrix, float>);
  const auto leaf = as_expression(parameters[0]);
  EmptyTape tape;
  CHECK(leaf.value(tape) == parameters[0].data);
  CHECK(leaf.gradient(tape, context) == parameters[1].data);
}

TEST_CASE("expression: constants have no gradient and cost nothing backward") {
  using Constant = decltype(constant<Matrix>(std::declval<const float*>()));
  using Stored = decltype(store(Constant() * 2.0 + Constant()));
  static_assert(!Constant::differentiable && !Stored::differentiable);
  static_assert(Stored::open_bytes == 0 && Stored::close_bytes == 0);
  static_assert(decltype(store(Constant() * Leaf19()))::differentiable);
}

TEST_CASE("expression: gradients are added to what is there") {
  const support::Numbers<Matrix> x;
  std::vector<double> gradients(Matrix::size, 5.0);
  testing::Pass pass([&] { return Name<double, Matrix>(x.data.data(), gradients.data()) * 2.0; });
  const std::vector<double> ones(Matrix::size, 1.0);
  pass.forward();
  pass.backward(ones.data());
  pass.backward(ones.data());
  for (const double gradient : gradients) CHECK(gradient == 9);
}
