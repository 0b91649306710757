// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/feed_forward.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("feed-forward: gradients") {
  CHECK(gradient_error(nn::FeedForward<7, 19, double>{}, Shape<5, 7>{}) < 1e-6);
  CHECK(gradient_error(nn::FeedForward<8, 32, double, false>{}, Shape<2, 3, 8>{}) < 1e-6);
}
