// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>

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

// A sum lies where its product was: nothing but some alignment and the key of a mask is kept besides.
constexpr Index little = 200;
static_assert(sizeof(double) * 7 * 19 > 2 * little);
static_assert(bytes_of_tape<decltype(affine_map), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(residual), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(dropped), X, Weight, Bias> < product_alone + little);
static_assert(bytes_of_tape<decltype(two_products), X, Weight, Bias> < 2 * product_alone + little);
// Gradients that need the product keep it.
static_assert(bytes_of_tape<decltype(gated), X, Weight, Bias> > 2 * product_alone - little);
static_assert(bytes_of_tape<decltype(activated), X, Weight, Bias> > 2 * product_alone - little);

}  // namespace

TEST_CASE("what is stored in the place of a product has the gradients of its expression") {
  CHECK(gradient_error(affine_map, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(residual, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  Context context;
  context.dropout = 0.3f;
  CHECK(gradient_error(dropped, context, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(two_products, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(gated, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
  CHECK(gradient_error(activated, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
}

TEST_CASE("a named value in the place of a product can be used any number of times") {
  const auto twice = [](auto x, auto w, auto b) {
    return let(matmul(x, w) + b, [](auto y) { return matmul(y, transpose(y)); });
  };
  CHECK(gradient_error(twice, X::Shape{}, Weight::Shape{}, Bias::Shape{}) < 1e-6);
}
