// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/lookup.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/kernels/quantized.hpp>

// Quantized matrices as operands: of matmul, as they are or transposed, and of lookup. They have no gradient.

namespace transfix::inline TRANSFIX_ABI {

template <class Type>
concept QuantizedMatrix = Operand<Type> && is_quantized<std::remove_cvref_t<Type>>;

namespace rules {
/// y = a b or a b^T with a quantized b.
template <class A, class Matrix, bool Transposed>
struct QuantizedMatMul;
template <class A, class Shape, int Bits, class ScalarOfNumbers, bool Transposed>
struct QuantizedMatMul<A, Parameter<Shape, Quantized<Bits, ScalarOfNumbers>>, Transposed> {
  using Scalar = ScalarOfNumbers;
  using Product = kernels::QuantizedProduct<Shape, Bits, Scalar, A::rows, A::Strides::row, Transposed>;
  using Output = Tensor<Scalar, typename transfix::detail::ProductShape<typename A::Shape, Product::columns>::Type>;
  struct Saved {};
  static constexpr Index scratch_bytes = workspace_bytes<Scalar>(Product::scratch);
  const Parameter<Shape, Quantized<Bits, Scalar>>* matrix;

  void forward(In<A> a, Out<Output> y, Saved&, Context& context) const {
    static_assert(A::Shape::batches == 1, "matmul(a, b): a quantized b serves a single matrix a");
    Product::run(a.data, *matrix, y.data, context.template take<Scalar>(Product::scratch));
  }
};

/// y(t) = table(tokens[t]) of a quantized table.
template <class Matrix, Index Length>
struct QuantizedLookup;
template <class Shape, int Bits, class ScalarOfNumbers, Index Length>
struct QuantizedLookup<Parameter<Shape, Quantized<Bits, ScalarOfNumbers>>, Length> {
  using Scalar = ScalarOfNumbers;
  using Output = Tensor<Scalar, transfix::Shape<Length, Shape::columns>>;
  struct Saved {};
  const Parameter<Shape, Quantized<Bits, Scalar>>* table;
  const Token* tokens;

  void forward(Out<Output> y, Saved&) const {
    for (Index row = 0; row < Length; ++row) {
      check_token<Shape::rows>(tokens[row], row);
      kernels::unpack_rows(*table, Index{tokens[row]}, 1, y[row]);
    }
  }
};

/// The rows of a quantized table from `first` on.
template <class Matrix, Index Length>
struct QuantizedRows;
template <class Shape, int Bits, class ScalarOfNumbers, Index Length>
struct QuantizedRows<Parameter<Shape, Quantized<Bits, ScalarOfNumbers>>, Length> {
  using Output = Tensor<ScalarOfNumbers, transfix::Shape<Length, Shape::columns>>;
  struct Saved {};
  const Parameter<Shape, Quantized<Bits, ScalarOfNumbers>>* table;
  Index first;
  void forward(Out<Output> y, Saved&) const { kernels::unpack_rows(*table, first, Length, y.data); }
};
}  // namespace rules

/// A quantized matrix read transposed.
template <class Matrix>
struct TransposedQuantized {
  const Matrix* matrix;
};

template <QuantizedMatrix B>
constexpr auto transpose(B&& b) {
  return TransposedQuantized<std::remove_cvref_t<B>>{&b};
}

template <Operand A, QuantizedMatrix B>
constexpr auto matmul(A&& a, B&& b) {
  using ShapeA = typename ExpressionOf<A>::Shape;
  using Matrix = std::remove_cvref_t<B>;
  static_assert(inner_extents_agree<ShapeA, typename Matrix::Shape>,
                "matmul(a, b): the columns of a must be the rows of b");
  return operation_with(rules::QuantizedMatMul<TensorOf<StoredOf<A>>, Matrix, false>{&b}, std::forward<A>(a));
}

template <Operand A, class B>
constexpr auto matmul(A&& a, TransposedQuantized<B> b) {
  static_assert(ExpressionOf<A>::Shape::columns == B::Shape::columns,
                "matmul(a, b): the columns of a must be the rows of b");
  return operation_with(rules::QuantizedMatMul<TensorOf<StoredOf<A>>, B, true>{b.matrix}, std::forward<A>(a));
}

template <QuantizedMatrix Table, Index Length>
constexpr auto lookup(Table&& table, Tokens<Length> tokens) {
  return operation_with(rules::QuantizedLookup<std::remove_cvref_t<Table>, Length>{&table, tokens.data});
}

template <Index Length, QuantizedMatrix Table>
constexpr auto rows_of(const Table& table, Index first) {
  return operation_with(rules::QuantizedRows<Table, Length>{&table, first});
}

}  // namespace transfix::inline TRANSFIX_ABI
