// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/nn/recurrent.hpp>
#include <transfix/testing.hpp>

#include "../expression/values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("lstm: the recurrence, step by step") {
  constexpr Index steps = 5, width = 3;
  const support::Numbers<Shape<steps, 4 * width>> x(1);
  const support::Numbers<Shape<width, 4 * width>> r(2);
  const auto h = support::values([&] { return lstm(x.name(), r.name()); });
  const auto sigmoid = [](double number) { return 1 / (1 + std::exp(-number)); };
  double state[width] = {}, cell[width] = {};
  for (Index t = 0; t < steps; ++t) {
    double gates[4 * width];
    for (Index i = 0; i < 4 * width; ++i) {
      gates[i] = x(t, i);
      for (Index k = 0; k < width; ++k) gates[i] += state[k] * r(k, i);
    }
    for (Index i = 0; i < width; ++i) {
      cell[i] = sigmoid(gates[width + i]) * cell[i] + sigmoid(gates[i]) * std::tanh(gates[2 * width + i]);
      state[i] = sigmoid(gates[3 * width + i]) * std::tanh(cell[i]);
      CHECK(h[static_cast<std::size_t>(t * width + i)] == doctest::Approx(state[i]));
    }
  }
}

TEST_CASE("lstm: gradients, of a single step too, and in both directions") {
  CHECK(gradient_error(nn::Lstm<5, 9, double>{}, Shape<7, 5>{}) < 1e-6);
  CHECK(gradient_error(nn::Lstm<8, 16, double>{}, Shape<1, 8>{}) < 1e-6);
  CHECK(gradient_error(nn::Bidirectional<nn::Lstm<5, 9, double>>{}, Shape<7, 5>{}) < 1e-6);
  CHECK(gradient_error([](auto x, auto r) { return lstm(x * x, r * 2.0); }, Shape<4, 20>{}, Shape<5, 20>{}) < 1e-6);
}

TEST_CASE("gru: the recurrence, step by step") {
  constexpr Index steps = 5, width = 3;
  const support::Numbers<Shape<steps, 3 * width>> x(1);
  const support::Numbers<Shape<width, 3 * width>> r(2);
  const support::Numbers<Shape<3 * width>> b(3);
  const auto h = support::values([&] { return gru(x.name(), r.name(), b.name()); });
  const auto sigmoid = [](double number) { return 1 / (1 + std::exp(-number)); };
  double state[width] = {};
  for (Index t = 0; t < steps; ++t) {
    double sums[3 * width];
    for (Index i = 0; i < 3 * width; ++i) {
      sums[i] = b(0, i);
      for (Index k = 0; k < width; ++k) sums[i] += state[k] * r(k, i);
    }
    for (Index i = 0; i < width; ++i) {
      const double candidate = std::tanh(x(t, 2 * width + i) + sigmoid(x(t, i) + sums[i]) * sums[2 * width + i]);
      const double keep = sigmoid(x(t, width + i) + sums[width + i]);
      state[i] = (1 - keep) * candidate + keep * state[i];
      CHECK(h[static_cast<std::size_t>(t * width + i)] == doctest::Approx(state[i]));
    }
  }
}

TEST_CASE("gru: gradients, of a single step too, and in both directions") {
  CHECK(gradient_error(nn::Gru<5, 9, double>{}, Shape<7, 5>{}) < 1e-6);
  CHECK(gradient_error(nn::Gru<8, 16, double>{}, Shape<1, 8>{}) < 1e-6);
  CHECK(gradient_error(nn::Bidirectional<nn::Gru<5, 9, double>>{}, Shape<7, 5>{}) < 1e-6);
}

TEST_CASE("join_columns and reverse_rows: values and gradients") {
  const support::Numbers<Shape<2, 3>> a(1);
  const support::Numbers<Shape<2, 1>> b(2);
  const auto joined = support::values([&] { return join_columns(a.name(), reverse_rows(b.name())); });
  CHECK(joined == std::vector<double>{a(0, 0), a(0, 1), a(0, 2), b(1, 0), a(1, 0), a(1, 1), a(1, 2), b(0, 0)});
  const auto both = [](auto x, auto y) { return join_columns(x * y, reverse_rows(x)); };
  CHECK(gradient_error(both, Shape<5, 19>{}, Shape<5, 19>{}) < 1e-6);
}
