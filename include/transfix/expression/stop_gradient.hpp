// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// An expression whose gradient goes nowhere: no code for backward, no memory for gradients.
template <class E>
struct StopGradient : Computation<StopGradient<E>> {
  using Scalar = typename E::Scalar;
  using Shape = typename E::Shape;
  using Tape = typename E::Tape;
  static constexpr bool differentiable = false;
  static constexpr Index open_bytes = 0, forward_bytes = E::forward_bytes, close_bytes = 0;
  E expression;

  constexpr explicit StopGradient(E given) : expression(std::move(given)) {}
  void forward(Tape& tape, Context& context) const { expression.forward(tape, context); }
  template <class Vector>
  TRANSFIX_INLINE Vector lane(const Tape& tape, Index row, Index column) const {
    return expression.template lane<Vector>(tape, row, column);
  }
  void open(Tape&, Context&) const {}
  template <class Vector>
  TRANSFIX_INLINE void pull(Tape&, const Context&, Index, Index, Vector) const {}
  void close(Tape&, Context&) const {}
};

/// x, seen as a constant by backward.
template <Operand X>
constexpr auto stop_gradient(X&& x) {
  return StopGradient<ExpressionOf<X>>(as_expression(std::forward<X>(x)));
}

}  // namespace transfix::inline TRANSFIX_ABI
