// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

TEST_CASE("linear: gradients of input, weight and bias") {
  CHECK(gradient_error(nn::Linear<7, 19, double>{}, Shape<5, 7>{}) < 1e-6);
  CHECK(gradient_error(nn::Linear<7, 19, double, false>{}, Shape<2, 5, 7>{}) < 1e-6);
}

TEST_CASE("linear: y = x weight + bias, with weights stored input by input") {
  const nn::Linear<2, 3, double> layer{{{1, 2, 3, 10, 20, 30}}, {{100, 200, 300}}};
  const double x[] = {1, 1, 2, 0};
  testing::Pass pass([&] { return layer(Name<double, Shape<2, 2>>(x)); });
  const double* y = pass.forward();
  CHECK(std::vector<double>(y, y + 6) == std::vector<double>{111, 222, 333, 102, 204, 306});
}

TEST_CASE("linear: without bias there is none") {
  static_assert(parameter_count<nn::Linear<16, 32>> == 16 * 32 + 32);
  static_assert(parameter_count<nn::Linear<16, 32, float, false>> == 16 * 32);
  static_assert(sizeof(nn::Linear<16, 32, float, false>) == 16 * 32 * sizeof(float));
}

namespace {
/// An autoencoder whose decoder is its encoder, transposed, and whose two biases are one parameter.
struct Tied {
  nn::Linear<6, 6, double> map;
  template <Operand X>
  auto operator()(X&& x) const {
    return matmul(tanh(map(std::forward<X>(x))), transpose(map.weight)) + map.bias;
  }
};
}  // namespace

TEST_CASE("linear: a parameter that is used in two places gets the gradients of both") {
  CHECK(testing::gradient_error(Tied{}, Shape<4, 6>{}) < 1e-6);
}
