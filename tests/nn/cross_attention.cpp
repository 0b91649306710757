// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/masks.hpp>
#include <transfix/nn/cross_attention.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

namespace {
struct Padded {
  nn::CrossAttention<12, 3, 7, double> attention;
  auto operator()(auto x, auto source) const { return attention(x, source, KeyPadding{5}); }
};
}  // namespace

TEST_CASE("cross attention: gradients in both sequences and all parameters") {
  CHECK(gradient_error(nn::CrossAttention<12, 3, 12, double>{}, Shape<5, 12>{}, Shape<9, 12>{}) < 1e-6);
  CHECK(gradient_error(nn::CrossAttention<12, 3, 7, double, false>{}, Shape<5, 12>{}, Shape<40, 7>{}) < 1e-6);
  CHECK(gradient_error(Padded{}, Shape<5, 12>{}, Shape<9, 7>{}) < 1e-6);
}
