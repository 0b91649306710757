// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/feed_forward.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("feed-forward: gradients with every activation") {
  CHECK(gradient_error(nn::FeedForward<7, 19, nn::GeluTanh, double>{}, Shape<5, 7>{}) < 1e-6);
  CHECK(gradient_error(nn::FeedForward<8, 32, nn::Gelu, double, false>{}, Shape<2, 3, 8>{}) < 1e-6);
  CHECK(gradient_error(nn::FeedForward<7, 19, nn::Silu, double>{}, Shape<5, 7>{}) < 1e-6);
  CHECK(gradient_error(nn::GatedFeedForward<7, 19, nn::Silu, double>{}, Shape<5, 7>{}) < 1e-6);
  CHECK(gradient_error(nn::GatedFeedForward<7, 19, nn::Gelu, double, true>{}, Shape<5, 7>{}) < 1e-6);
}

TEST_CASE("feed-forward: the gate multiplies what goes up") {
  nn::GatedFeedForward<1, 1, nn::Relu, double> layer{{{2}, {}}, {{3}, {}}, {{5}, {}}};
  const double x[] = {7, -1};
  testing::Pass pass([&] { return layer(constant<Shape<2, 1>>(x)); });
  const double* y = pass.forward();
  CHECK(y[0] == 14 * 21 * 5);
  CHECK(y[1] == 0);
}
