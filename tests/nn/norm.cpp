// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/norm.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("layer norm: gradients of input, scale and bias") {
  CHECK(gradient_error(nn::LayerNorm<19, double>{}, Shape<5, 19>{}) < 1e-6);
  CHECK(gradient_error(nn::LayerNorm<16, double, false>{}, Shape<2, 3, 16>{}) < 1e-6);
}

TEST_CASE("layer norm: starts as the plain norm, then scales and shifts") {
  nn::LayerNorm<2, double> layer;
  Random random(1);
  initialize(layer, random);
  const double x[] = {1, 3};
  testing::Pass pass([&] { return layer(Name<double, Shape<1, 2>>(x)); });
  CHECK(pass.forward()[0] == doctest::Approx(-1));
  CHECK(pass.forward()[1] == doctest::Approx(1));
  layer.scale.data[1] = 5;
  layer.bias.data[1] = 100;
  CHECK(pass.forward()[0] == doctest::Approx(-1));
  CHECK(pass.forward()[1] == doctest::Approx(105));
}

TEST_CASE("rms norm: gradients, and no mean is taken away") {
  CHECK(testing::gradient_error(nn::RmsNorm<21, double>{}, Shape<7, 21>{}) < 1e-6);
  nn::RmsNorm<2, double> norm{{{1, 10}}};
  const double x[] = {3, 3};
  testing::Pass pass([&] { return norm(constant<Shape<1, 2>>(x)); });
  const double* y = pass.forward();
  CHECK(y[0] == doctest::Approx(1).epsilon(1e-5));
  CHECK(y[1] == doctest::Approx(10).epsilon(1e-5));
}
