// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/softmax.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y = exp(x - max) / sum exp(x - max), row by row.  VJP: dx = y (dy - sum(dy y)).
template <class X>
struct Softmax {
  using Output = Tensor<typename X::Scalar, typename X::Shape>;
  struct Saved {};
  static constexpr Index replaced_operand = 0;
  static void forward(In<X> x, Out<Output> y, Saved&) {
    for (Index row = 0; row < X::rows; ++row) kernels::softmax_row<X::columns>(x[row], y[row]);
  }
  static void backward(In<Output> dy, In<Output> y, In<X>, const Saved&, auto dx) {
    using Scalar = typename X::Scalar;
    for (Index row = 0; row < X::rows; ++row) {
      const Scalar mean = kernels::dot<X::columns>(dy[row], y[row]);
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        const Vector probability = simd::load<Vector>(y[row] + column);
        dx.add(row, column, probability * (simd::load<Vector>(dy[row] + column) - Vector(mean)));
      });
    }
  }
};
}  // namespace rules

/// The softmax of each row; a row that is -infinity throughout gives zeros.
template <Operand X>
constexpr auto softmax(X&& x) {
  return operation<rules::Softmax>(std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
