// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/matmul.hpp>
#include <transfix/testing.hpp>
#include <transfix/xtensor.hpp>
#if __has_include(<xtensor/xtensor.hpp>)
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#else
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#endif

using namespace transfix;

TEST_CASE("a parameter is seen as an xt array in the same memory") {
  Parameter<Shape<2, 3>> parameter{};
  auto view = as_xtensor(parameter);
  CHECK(view.dimension() == 2);
  CHECK(view.shape()[0] == 2);
  CHECK(view.shape()[1] == 3);
  view(1, 2) = 7;
  CHECK(parameter.data[5] == 7);
  CHECK(view.data() == parameter.data);
  CHECK(xt::sum(as_xtensor(std::as_const(parameter)))() == 7);
}

TEST_CASE("any xt expression of the right shape fills a parameter") {
  Parameter<Shape<2, 2>, double> parameter{};
  const xt::xtensor<double, 2> a{{1, 2}, {3, 4}};
  assign(parameter, 2.0 * a + 1.0);
  CHECK(parameter.data[0] == 3);
  CHECK(parameter.data[3] == 9);
}

TEST_CASE("an xt array is an operand, without a copy") {
  xt::xtensor<double, 2> a{{1, 2, 3}, {4, 5, 6}}, b{{1, 0}, {0, 1}, {1, 1}};
  testing::Pass pass([&] { return matmul(from_xtensor<Shape<2, 3>>(a), from_xtensor<Shape<3, 2>>(b)); });
  const auto product = as_xtensor<Shape<2, 2>>(pass.forward());
  CHECK(product(0, 0) == 4);
  CHECK(product(1, 1) == 11);
  a(0, 0) = 10;
  CHECK(as_xtensor<Shape<2, 2>>(pass.forward())(0, 0) == 13);
}

TEST_CASE("a wrong shape is an error that names both shapes") {
  Parameter<Shape<2, 3>> parameter{};
  const xt::xtensor<float, 2> wrong = xt::zeros<float>({3, 2});
  CHECK_THROWS_WITH_AS(assign(parameter, wrong),
                       "an xtensor array of shape [3, 2] stands where [2, 3] is needed; reshape it first", Error);
  CHECK_THROWS_AS((from_xtensor<Shape<3, 3>>(wrong)), Error);
  CHECK(parameter.data[0] == 0);
}
