// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/attention.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("self-attention: gradients, with and without mask, bias and dropout") {
  CHECK(gradient_error(nn::SelfAttention<12, 3, Causal, double>{}, Shape<7, 12>{}) < 1e-6);
  CHECK(gradient_error(nn::SelfAttention<10, 2, Unmasked, double, false>{}, Shape<5, 10>{}) < 1e-6);
  Context context;
  context.dropout = 0.3f;
  CHECK(gradient_error(nn::SelfAttention<8, 2, Causal, double, true, true>{}, context, Shape<7, 8>{}) < 1e-6);
}

TEST_CASE("self-attention: causal rows do not change with later rows") {
  static nn::SelfAttention<8, 2, Causal, double> layer;
  Random random(1);
  initialize(layer, random, {.deviation = 0.5});
  std::vector<double> x(6 * 8, 0.5);
  testing::Pass pass([&] { return layer(Name<double, Shape<6, 8>>(x.data())); });
  const double* y = pass.forward();
  const std::vector<double> before(y, y + 6 * 8);
  for (std::size_t i = 4 * 8; i < x.size(); ++i) x[i] = static_cast<double>(i % 7);  // rows 4 and 5
  pass.forward();
  CHECK(std::equal(before.begin(), before.begin() + 4 * 8, y));
  CHECK(!std::equal(before.begin() + 4 * 8, before.end(), y + 4 * 8));
}
