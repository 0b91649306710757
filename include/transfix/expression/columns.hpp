// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y = [a b].  VJP: the columns of dy go where they came from.
template <class A, class B>
struct JoinColumns {
  using Scalar = typename A::Scalar;
  using Output = Tensor<Scalar, Shape<A::rows, A::columns + B::columns>>;
  struct Saved {};
  static void forward(In<A> a, In<B> b, Out<Output> y, Saved&) {
    for (Index row = 0; row < A::rows; ++row) {
      for (Index column = 0; column < A::columns; ++column) y[row][column] = a[row][column];
      for (Index column = 0; column < B::columns; ++column) y[row][A::columns + column] = b[row][column];
    }
  }
  static void backward(In<Output> dy, In<Output>, In<A>, In<B>, const Saved&, auto da, auto db) {
    for (Index row = 0; row < A::rows; ++row) {
      simd::for_each_lane<Scalar, A::columns>(
          [&](auto tag, Index column) { da.add(row, column, simd::load<decltype(tag)>(dy[row] + column)); });
      simd::for_each_lane<Scalar, B::columns>([&](auto tag, Index column) {
        db.add(row, column, simd::load<decltype(tag)>(dy[row] + A::columns + column));
      });
    }
  }
};

/// y(t) = x(count - 1 - t) for the first `count` rows, x(t) after them.
template <class X>
struct ReverseRows {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, Shape<X::rows, X::columns>>;
  struct Saved {};
  Index count = X::rows;

  Index place(Index row) const { return row < count ? count - 1 - row : row; }
  void forward(In<X> x, Out<Output> y, Saved&) const {
    for (Index row = 0; row < X::rows; ++row) {
      for (Index column = 0; column < X::columns; ++column) y[row][column] = x[place(row)][column];
    }
  }
  void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) const {
    for (Index row = 0; row < X::rows; ++row) {
      simd::for_each_lane<Scalar, X::columns>(
          [&](auto tag, Index column) { dx.add(row, column, simd::load<decltype(tag)>(dy[place(row)] + column)); });
    }
  }
};
}  // namespace rules

/// The law of joined columns: as many rows on both sides.
template <class ShapeA, class ShapeB>
inline constexpr bool rows_agree = ShapeA::rows == ShapeB::rows;

/// Columns side by side: [rows, A], [rows, B] -> [rows, A + B].
template <Operand A, Operand B>
constexpr auto join_columns(A&& a, B&& b) {
  static_assert(rows_agree<typename ExpressionOf<A>::Shape, typename ExpressionOf<B>::Shape>,
                "join_columns(a, b): a and b must have the same rows");
  return operation<rules::JoinColumns>(std::forward<A>(a), std::forward<B>(b));
}

/// The first `count` rows of x from the last to the first; rows after them, padding, stay where they are.
template <Operand X>
constexpr auto reverse_rows(X&& x, Index count = ExpressionOf<X>::Shape::rows) {
  return operation_with(rules::ReverseRows<TensorOf<StoredOf<X>>>{count}, std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
