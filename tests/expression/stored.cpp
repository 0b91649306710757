// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/expression/normalize.hpp>
#include <transfix/expression/softmax.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {

using X = Name<double, Shape<7, 19>>;
using Weight = Name<double, Shape<19, 19>>;
using Bias = Name<double, Shape<19>>;

template <class Function, class... Names>
constexpr auto bytes_of_tape = Index{sizeof(typename decltype(store(Function{}(std::declval<Names>()...)))::Tape)};

constexpr Index product_alone = bytes_of_tape<decltype([](auto x, auto w) { return matmul(x, w); }), X, Weight>;

constexpr auto affine_map = [](auto x, auto w, auto b) { return matmul(x, w) + b; };
constexpr auto residual = [](auto x, auto w, auto b) { return x - (matmul(x, w) * 3 + b); };
constexpr auto dropped = [](auto x, auto w, auto b) { return x + dropout(matmul(x, w) + b); };
constexpr auto two_products = [](auto x, auto w, auto b) { return matmul(x, w) + (matmul(x, w) + b); };
constexpr auto gated = [](auto x, auto w, auto b) { return x * (matmul(x, w) + b); };
constexpr auto activated = [](auto x, auto w, auto b) { return gelu(matmul(x, w) + b); };
constexpr auto gate_of_products = [](auto x, auto w, auto b) { return silu(matmul(x, w) - b) * matmul(x, w); };
constexpr auto shared_bias = [](auto x, auto w, auto b) { return sigmoid(matmul(x, w) + b) * b; };

// A sum lies where its product was: nothing but some alignment and the key of a mask is kept besides.
constexpr Index little = 200;
static_assert(sizeof(double) * 7 * 19 > 2 * little);
static_assert(bytes_of_tape<decltype(affine_map), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(residual), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(dropped), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(two_products), X, Weight, Bias> < 2 * product_alone + little);
// Gradients that need the product keep it, or its slope.
static_assert(bytes_of_tape<decltype(gated), X, Weight, Bias> > 2 * product_alone - little);
static_assert(bytes_of_tape<decltype(activated), X, Weight, Bias> > 2 * product_alone - little);

template <class Function>
constexpr bool has_slopes =
    decltype(store(Function{}(std::declval<X>(), std::declval<Weight>(), std::declval<Bias>())))::has_slopes;
static_assert(has_slopes<decltype(activated)> && has_slopes<decltype(gate_of_products)>);
// A bias by which something is multiplied has a gradient that no slope of the product gives.
static_assert(!has_slopes<decltype(gated)> && !has_slopes<decltype(shared_bias)>);
static_assert(!has_slopes<decltype(affine_map)>);

}  // namespace

TEST_CASE("what is stored in the place of a product has the gradients of its expression") {
  CHECK(gradient_error(affine_map, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(residual, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  Context context;
  context.dropout = 0.3f;
  CHECK(gradient_error(dropped, context, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(two_products, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(gated, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(shared_bias, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
}

TEST_CASE("slopes in the place of a product give the gradients of activations and gates") {
  CHECK(gradient_error(activated, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(gate_of_products, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  const std::vector<double> mask(X::Shape::size, 0.7);
  const auto masked = [&](auto x, auto w, auto b) {
    return elu(gelu_tanh(matmul(x, w) + b) * constant<X::Shape>(mask.data()));
  };
  static_assert(decltype(store(masked(std::declval<X>(), std::declval<Weight>(), std::declval<Bias>())))::has_slopes);
  CHECK(gradient_error(masked, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
}

TEST_CASE("a backward pass can be repeated where gradients take the place of slopes") {
  const support::Numbers<X::Shape> x(2);
  const support::Numbers<Weight::Shape> w(3);
  std::vector<double> gradients(X::Shape::size);
  const X input(x.data.data(), gradients.data());
  testing::Pass pass([&] { return gelu(matmul(input, constant<Weight::Shape>(w.data.data()))); });
  const auto ones = std::vector<double>(X::Shape::size, 1.0);
  pass.forward();
  pass.backward(ones.data());
  const auto once = gradients;
  pass.backward(ones.data());
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(gradients[i] == 2 * once[i]);
}

TEST_CASE("gradients of what a product, a norm or a softmax reads take the place of its numbers") {
  const auto feed_forward = [](auto x, auto w, auto v) { return matmul(gelu(matmul(x, w)), v); };
  CHECK(gradient_error(feed_forward, X::Shape{}, Weight::Shape{}, Weight::Shape{}) < 1e-6);
  const auto chain = [](auto x, auto w, auto v) { return matmul(matmul(x, w), transpose(matmul(v, w))); };
  CHECK(gradient_error(chain, X::Shape{}, Weight::Shape{}, Weight::Shape{}) < 1e-6);
  const auto sum = [](auto x, auto w, auto b) { return matmul(matmul(x, w) * 2 + b, w); };
  CHECK(gradient_error(sum, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  const auto after_gate = [](auto x, auto w, auto b) { return matmul(x * sigmoid(matmul(x, w) + b), w); };
  CHECK(gradient_error(after_gate, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  const auto normed = [](auto x, auto w, auto b) { return softmax(standardize(matmul(x, w) + b) * 3); };
  CHECK(gradient_error(normed, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  // One buffer of gradients serves: that of the result.
  using E = decltype(store(feed_forward(std::declval<X>(), std::declval<Weight>(), std::declval<Weight>())));
  static_assert(E::open_bytes + E::close_bytes < 2 * workspace_bytes<double>(E::span) + E::scratch);
}

TEST_CASE("a named value in the place of a product can be used any number of times") {
  const auto twice = [](auto x, auto w, auto b) {
    return let(matmul(x, w) + b, [](auto y) { return matmul(y, transpose(y)); });
  };
  CHECK(gradient_error(twice, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
}
