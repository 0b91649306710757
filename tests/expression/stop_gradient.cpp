// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/stop_gradient.hpp>
#include <transfix/testing.hpp>

using namespace transfix;

TEST_CASE("stop_gradient: the value passes, the gradient does not") {
  using Leaf = Name<double, Shape<1, 3>>;
  const double x[] = {2, 3, 4}, ones[] = {1, 1, 1};
  double dx[3] = {};
  testing::Pass pass([&] { return Leaf(x, dx) * stop_gradient(Leaf(x, dx)); });
  const double* y = pass.forward();
  pass.backward(ones);
  for (int i = 0; i < 3; ++i) {
    CHECK(y[i] == x[i] * x[i]);
    CHECK(dx[i] == x[i]);  // and not 2 x
  }
}
