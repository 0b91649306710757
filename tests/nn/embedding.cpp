// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

namespace {
const Token tokens[] = {4, 1, 4};

struct TokensAndPlaces {
  nn::Embedding<5, 19, double> tokens_of;
  nn::LearnedPositions<8, 19, double> positions;
  auto operator()() const { return tokens_of(Tokens<3>{tokens}) + positions.rows<3>(2); }
};
}  // namespace

TEST_CASE("embedding: tokens plus learned positions, value and gradients") {
  TokensAndPlaces layer{};
  for (std::size_t i = 0; i < 5 * 19; ++i) layer.tokens_of.weight.data[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < 8 * 19; ++i) layer.positions.weight.data[i] = 1000 * static_cast<double>(i / 19);
  testing::Pass pass([&] { return std::as_const(layer)(); });
  const double* y = pass.forward();
  for (Index row = 0; row < 3; ++row) {
    for (Index column = 0; column < 19; ++column) {
      CHECK(y[row * 19 + column] == static_cast<double>(tokens[row] * 19 + column + 1000 * (2 + row)));
    }
  }
  double gradients[3 * 19];
  std::fill(std::begin(gradients), std::end(gradients), 1.0);
  TokensAndPlaces gradient{};
  Context context;
  context.gradient_offset = reinterpret_cast<std::byte*>(&gradient) - reinterpret_cast<std::byte*>(&layer);
  testing::Pass with_gradient([&] { return std::as_const(layer)(); }, context);
  with_gradient.forward();
  with_gradient.backward(gradients);
  for (Index row = 0; row < 5; ++row)
    CHECK(gradient.tokens_of.weight.data[row * 19 + 18] == (row == 4 ? 2 : row == 1 ? 1 : 0));
  for (Index row = 0; row < 8; ++row) CHECK(gradient.positions.weight.data[row * 19] == (row >= 2 && row < 5 ? 1 : 0));
}
