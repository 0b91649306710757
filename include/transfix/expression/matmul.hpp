// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/gemm.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <class Shape>
struct TransposedShape;
template <Index... Extents>
struct TransposedShape<Shape<Extents...>> {
  static_assert(sizeof...(Extents) >= 2, "transpose(x): x needs at least two extents");
  template <Index... Axis>
  static auto of(std::integer_sequence<Index, Axis...>)
      -> Shape<Shape<Extents...>::extent(Axis < sizeof...(Extents) - 2    ? Axis
                                         : Axis == sizeof...(Extents) - 2 ? Axis + 1
                                                                          : Axis - 1)...>;
  using Type = decltype(of(std::make_integer_sequence<Index, sizeof...(Extents)>{}));
};
template <class Left, Index Columns>
struct ProductShape;
template <Index... Extents, Index Columns>
struct ProductShape<Shape<Extents...>, Columns> {
  template <Index... Axis>
  static auto of(std::integer_sequence<Index, Axis...>)
      -> Shape<(Axis == sizeof...(Extents) - 1 ? Columns : Shape<Extents...>::extent(Axis))...>;
  using Type = decltype(of(std::make_integer_sequence<Index, sizeof...(Extents)>{}));
};

// Where the columns of a right operand lie; a transposed one is read column by column.
template <class B, bool Transposed>
struct RightOperand {
  static constexpr Index depth = Transposed ? B::Shape::columns : B::Shape::matrix_rows;
  static constexpr Index columns = Transposed ? B::Shape::matrix_rows : B::Shape::columns;
  static constexpr Index depth_stride = Transposed ? 1 : B::Strides::row;
  static constexpr Index column_stride = Transposed ? B::Strides::row : 1;
};
}  // namespace detail

namespace rules {
/// y = x transposed, matrix by matrix.  VJP: dx = dy transposed.
template <class X>
struct Transpose {
  using Output = Tensor<typename X::Scalar, typename detail::TransposedShape<typename X::Shape>::Type>;
  struct Saved {};
  static constexpr Index matrix = X::Shape::matrix_rows * X::columns;
  static void forward(In<X> x, Out<Output> y, Saved&) {
    for (Index batch = 0; batch < X::Shape::batches; ++batch) {
      simd::transpose(x[batch * X::Shape::matrix_rows], X::Strides::row, y.data + batch * matrix, Output::Strides::row,
                      X::Shape::matrix_rows, X::columns);
    }
  }
  static void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) {
    using One = simd::One<typename X::Scalar>;
    for (Index row = 0; row < X::rows; ++row) {
      const Index batch = row / X::Shape::matrix_rows, column_of_dy = row % X::Shape::matrix_rows;
      for (Index column = 0; column < X::columns; ++column) {
        dx.add(row, column, One(dy[batch * X::columns + column][column_of_dy]));
      }
    }
  }
};

/// y = a b, or a b^T.  VJP: da = dy b^T, db = a^T dy (or dy b, dy^T a).
template <class A, class B, bool Transposed>
struct MatMul {
  using Scalar = typename A::Scalar;
  static constexpr bool reads_result = false;
  static constexpr Index replaced_operand = 0;
  using Right = detail::RightOperand<B, Transposed>;
  // All rows at once where one right matrix serves them all.
  static constexpr bool is_one = B::Shape::batches == 1 && A::Strides::batch == A::Shape::matrix_rows * A::Strides::row;
  static constexpr Index rows = is_one ? A::rows : A::Shape::matrix_rows, depth = A::columns, columns = Right::columns;
  static constexpr Index batches = A::rows / rows;
  static constexpr Index group = batches / B::Shape::batches;  // so many left matrices share a right one
  using Output = Tensor<Scalar, typename detail::ProductShape<typename A::Shape, columns>::Type>;
  struct Saved {};

  static constexpr Index y_row = Output::Strides::row, a_row = A::Strides::row;
  static constexpr kernels::Product value{rows, columns, depth, a_row, 1, Right::depth_stride, Right::column_stride,
                                          y_row};
  static constexpr kernels::Product left{rows, depth, columns, y_row, 1, Right::column_stride, Right::depth_stride,
                                         a_row};
  static constexpr kernels::Product right =
      Transposed ? kernels::Product{columns, depth, rows, 1, y_row, a_row, 1, B::Strides::row}
                 : kernels::Product{depth, columns, rows, 1, a_row, y_row, 1, B::Strides::row};
  static constexpr Index scratch_bytes =
      workspace_bytes<Scalar>(std::max({kernels::product_scratch<Scalar, value>, kernels::product_scratch<Scalar, left>,
                                        kernels::product_scratch<Scalar, right>}));

  static void forward(In<A> a, In<B> b, Out<Output> y, Saved&, Context& context) {
    auto* scratch = context.template take<Scalar>(scratch_bytes / static_cast<Index>(sizeof(Scalar)));
    for (Index batch = 0; batch < batches; ++batch) {
      kernels::multiply<Scalar, value>(a[batch * rows], b[batch / group * B::Shape::matrix_rows], y[batch * rows],
                                       false, scratch);
    }
  }

  template <class DA, class DB>
  static void backward(In<Output> dy, In<Output>, In<A> a, In<B> b, const Saved&, Context& context, DA da, DB db) {
    auto* scratch = context.template take<Scalar>(scratch_bytes / static_cast<Index>(sizeof(Scalar)));
    for (Index batch = 0; batch < batches; ++batch) {
      const Index a_at = batch * rows, b_at = batch / group * B::Shape::matrix_rows;
      if constexpr (DB::wanted) {
        const bool accumulate = DB::accumulates || batch % group > 0;
        if constexpr (Transposed) {
          kernels::multiply<Scalar, right>(dy[a_at], a[a_at], db[b_at], accumulate, scratch);
        } else {
          kernels::multiply<Scalar, right>(a[a_at], dy[a_at], db[b_at], accumulate, scratch);
        }
      }
      if constexpr (DA::wanted) {  // last, as da may lie in the place of a
        kernels::multiply<Scalar, left>(dy[a_at], b[b_at], da[a_at], DA::accumulates, scratch);
      }
    }
  }
};
}  // namespace rules

/// The matrices of x transposed. Before `matmul` it costs nothing: the product reads it as it lies.
template <Operand X>
constexpr auto transpose(X&& x) {
  return operation<rules::Transpose>(std::forward<X>(x));
}

/// The law of products.
template <class ShapeA, class ShapeB>
inline constexpr bool inner_extents_agree = ShapeA::columns == ShapeB::matrix_rows;
template <class ShapeA, class ShapeB>
inline constexpr bool batch_extents_agree = ShapeA::batches % ShapeB::batches == 0;

namespace detail {
template <class E>
inline constexpr bool is_transpose = false;
template <class X, class Inner>
inline constexpr bool is_transpose<Operation<rules::Transpose<X>, Inner>> = true;

template <class A, class B>
constexpr auto product(A a, B b) {
  if constexpr (is_transpose<B>) {
    using Inner = std::remove_reference_t<decltype(get<0>(b.operands))>;
    return operation_with(rules::MatMul<TensorOf<A>, TensorOf<Inner>, true>{}, std::move(a),
                          std::move(get<0>(b.operands)));
  } else {
    return operation_with(rules::MatMul<TensorOf<A>, TensorOf<B>, false>{}, std::move(a), std::move(b));
  }
}
}  // namespace detail

/// Products of matrices: [..., M, K] x [..., K, N] -> [..., M, N]. A single right matrix serves all batches;
/// fewer right matrices than left ones serve equal groups of them, in order.
template <Operand A, Operand B>
constexpr auto matmul(A&& a, B&& b) {
  using ShapeA = typename ExpressionOf<A>::Shape;
  using ShapeB = typename ExpressionOf<B>::Shape;
  static_assert(inner_extents_agree<ShapeA, ShapeB>, "matmul(a, b): the columns of a must be the rows of b");
  static_assert(batch_extents_agree<ShapeA, ShapeB>,
                "matmul(a, b): the leading extents of b must be those of a, or divide them");
  if constexpr (inner_extents_agree<ShapeA, ShapeB> && batch_extents_agree<ShapeA, ShapeB>) {
    return detail::product(store(std::forward<A>(a)), store(std::forward<B>(b)));
  } else {  // one mistake, one error: go on with the type that it should have had
    return Name<typename ExpressionOf<A>::Scalar, typename detail::ProductShape<ShapeA, ShapeB::columns>::Type>();
  }
}

namespace detail {
template <class E>
inline constexpr Index inner_extent = 0;
template <class A, class B, bool Transposed, class... Operands>
inline constexpr Index inner_extent<Operation<rules::MatMul<A, B, Transposed>, Operands...>> = A::columns;
}  // namespace detail

/// A product divided by the square root of its inner extent: the scores of scaled dot-product attention.
template <Operand X>
constexpr auto scale(X&& product) {
  static_assert(detail::inner_extent<ExpressionOf<X>> > 0, "scale(x): x must be a matmul");
  return affine(std::forward<X>(product), 1 / math::sqrt(static_cast<double>(detail::inner_extent<ExpressionOf<X>>)),
                0);
}

}  // namespace transfix::inline TRANSFIX_ABI
