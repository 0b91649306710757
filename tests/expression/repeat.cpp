// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/expression/repeat.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
using Matrix = Shape<3, 19>;

/// body(number, ... body(0, x)) with a weight matrix for each repetition.
template <Index Count>
const auto layers = [](auto x, auto weights) {
  return repeat<Count>(std::move(x), [weights](Index number, auto h) {
    const auto weight = weights.template seen_as<Shape<19, 19>>(number * 19 * 19);
    return h + gelu(matmul(h, weight)) * 0.1;
  });
};
}  // namespace

TEST_CASE("repeat: equals the body written out") {
  const support::Numbers<Matrix> x(1);
  const support::Numbers<Shape<2, 19, 19>> weights(2);
  const auto body = [&](Index number, auto h) {
    return h + gelu(matmul(h, weights.name().seen_as<Shape<19, 19>>(number * 19 * 19))) * 0.1;
  };
  const auto looped = support::values([&] { return layers<2>(x.name(), weights.name()); });
  const auto written = support::values(
      [&] { return let(let(x.name(), [&](auto h) { return body(0, h); }), [&](auto h) { return body(1, h); }); });
  CHECK(looped == written);
}

TEST_CASE("repeat: gradients for odd and even counts, of input and parameters") {
  CHECK(gradient_error(layers<1>, Matrix{}, Shape<1, 19, 19>{}) < 1e-6);
  CHECK(gradient_error(layers<2>, Matrix{}, Shape<2, 19, 19>{}) < 1e-6);
  CHECK(gradient_error(layers<3>, Matrix{}, Shape<3, 19, 19>{}) < 1e-6);
}

TEST_CASE("repeat: of a computed input, inside other work, and nested") {
  const auto inside = [](auto x, auto weights) { return layers<2>(x * x, weights) * x; };
  CHECK(gradient_error(inside, Matrix{}, Shape<2, 19, 19>{}) < 1e-6);
  const auto nested = [](auto x) {
    return repeat<2>(x, [](Index, auto h) { return repeat<3>(h, [](Index, auto g) { return sigmoid(g) + g * 0.5; }); });
  };
  CHECK(gradient_error(nested, Matrix{}) < 1e-6);
}

TEST_CASE("repeat: of constants passes gradients to the parameters") {
  const support::Numbers<Matrix> x;
  const auto function = [&](auto weights) { return layers<2>(constant<Matrix>(x.data.data()), weights); };
  CHECK(gradient_error(function, Shape<2, 19, 19>{}) < 1e-6);
  const auto computed = [&](auto weights) { return layers<2>(constant<Matrix>(x.data.data()) * 2.0, weights); };
  CHECK(gradient_error(computed, Shape<2, 19, 19>{}) < 1e-6);
}

TEST_CASE("repeat: each repetition draws its own dropout mask") {
  Context context;
  context.dropout = 0.3f;
  const auto function = [](auto x) { return repeat<3>(x, [](Index, auto h) { return dropout(h * h); }); };
  CHECK(gradient_error(function, context, Matrix{}) < 1e-6);
  const std::vector<float> ones(999, 1.0f);
  const auto y = support::values(
      [&] { return repeat<2>(Name<float, Shape<1, 999>>(ones.data()), [](Index, auto h) { return dropout(h); }); },
      context);
  CHECK(std::abs(static_cast<double>(std::count(y.begin(), y.end(), 0.0f)) / 999 - 0.51) < 0.06);  // 1 - 0.7^2
}
