// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/grouped_attention.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("grouped attention: gradients with as many, fewer and a single head of keys") {
  CHECK(gradient_error(nn::GroupedAttention<24, 6, 6, Causal, double>{}, Shape<9, 24>{}) < 1e-6);
  CHECK(gradient_error(nn::GroupedAttention<24, 6, 2, Causal, double>{}, Shape<37, 24>{}) < 1e-6);
  CHECK(gradient_error(nn::GroupedAttention<24, 6, 1, Unmasked, double, true>{}, Shape<9, 24>{}) < 1e-6);
}

TEST_CASE("grouped attention: fewer heads of keys take fewer parameters") {
  static_assert(parameter_count<nn::GroupedAttention<64, 8, 4>> == 64 * 64 * 3);
  static_assert(parameter_count<nn::GroupedAttention<64, 8, 8>> == 64 * 64 * 4);
}
