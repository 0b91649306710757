// SPDX-License-Identifier: MIT
// A layer, an elementwise operation and an operation with a kernel of one's own, each checked against central
// differences by the tool that transfix checks its own with.
#include <cstdio>
#include <transfix/expression/activations.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/operation.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/testing.hpp>

using namespace transfix;

template <Index Width, Index Hidden, class Scalar = float>
struct GatedFeedForward {
  nn::Linear<Width, Hidden, Scalar> gate, value;
  nn::Linear<Hidden, Width, Scalar> output;

  auto operator()(auto x) const {  // [rows, Width] -> [rows, Width]
    return let(std::move(x), [this](auto name) { return output(silu(gate(name)) * value(name)); });
  }
};

/// softplus(x) = log(1 + exp(x)); its derivative is the logistic function.
struct Softplus {
  static auto value(auto x) { return max(x, decltype(x)(0)) + log1p(exp(-abs(x))); }
  static auto derivative(auto x) { return simd::logistic(x); }
};
inline constexpr auto softplus = elementwise<Softplus>;

/// center(x) = x - mean(x), row by row.  VJP: dx = dy - mean(dy).
template <class X>
struct Center {
  using Output = X;
  struct Saved {};  // backward needs nothing from forward

  static void forward(In<X> x, Out<Output> y, Saved&) {
    for (Index row = 0; row < X::rows; ++row) {
      for (Index column = 0; column < X::columns; ++column) y[row][column] = x[row][column] - mean(x[row]);
    }
  }
  static void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) {
    using One = simd::One<typename X::Scalar>;
    for (Index row = 0; row < X::rows; ++row) {
      for (Index column = 0; column < X::columns; ++column) dx.add(row, column, One(dy[row][column] - mean(dy[row])));
    }
  }
  static auto mean(const typename X::Scalar* row) {
    typename X::Scalar sum = 0;
    for (Index column = 0; column < X::columns; ++column) sum += row[column];
    return sum / static_cast<typename X::Scalar>(X::columns);
  }
};
constexpr auto center(Operand auto&& x) { return operation<Center>(std::forward<decltype(x)>(x)); }

int main() {
  using testing::gradient_error;
  const double layer = gradient_error(GatedFeedForward<16, 40, double>{}, Shape<5, 16>{});
  const double rule = gradient_error([](auto x) { return softplus(x); }, Shape<5, 17>{});
  const double kernel = gradient_error([](auto x) { return center(x); }, Shape<5, 17>{});
  std::printf("relative error of the gradients: layer %.1e, softplus %.1e, center %.1e\n", layer, rule, kernel);
  return layer < 1e-6 && rule < 1e-6 && kernel < 1e-6 ? 0 : 1;
}
