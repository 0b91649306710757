// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/expression.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Where a leaf's numbers come from, and so where their gradient goes.
enum class Origin {
  parameter,  ///< of a model; the gradient lies at a constant offset
  bound,      ///< a name given by `let`; the gradient has a pointer of its own
  constant,   ///< no gradient
};

template <class ScalarOfLeaf, class ShapeOfLeaf, class StridesOfLeaf, Origin From>
struct LeafExpression : ExpressionTag, Reading<LeafExpression<ScalarOfLeaf, ShapeOfLeaf, StridesOfLeaf, From>> {
  using Scalar = ScalarOfLeaf;
  using Shape = ShapeOfLeaf;
  using Strides = StridesOfLeaf;
  using Tape = EmptyTape;
  static constexpr bool is_leaf = true, accumulates = true, differentiable = From != Origin::constant;
  static constexpr Index open_bytes = 0, forward_bytes = 0, close_bytes = 0;

  const Scalar* data = nullptr;
  Scalar* bound_gradient = nullptr;

  constexpr LeafExpression() = default;
  constexpr explicit LeafExpression(const Scalar* values, Scalar* gradients = nullptr)
      : data(values), bound_gradient(gradients) {}

  const Scalar* value(const Tape&) const { return data; }
  Scalar* gradient(Tape&, const Context& context) const {
    if constexpr (From == Origin::parameter) {
      return context.gradient_of(data);
    } else {
      return bound_gradient;
    }
  }
  void forward(Tape&, Context&) const {}
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}

  /// The same numbers seen as another tensor, `offset` scalars further on.
  template <class NewShape, class NewStrides = DenseStrides<NewShape>>
  constexpr auto seen_as(Index offset = 0) const {
    static_assert(NewShape::size <= Shape::size, "seen_as<Shape>: the new shape has more numbers than the old one");
    static_assert(!std::is_same_v<NewStrides, DenseStrides<NewShape>> || is_dense<Shape, Strides>,
                  "seen_as<Shape>: these numbers lie with gaps; store(x) them first");
    return LeafExpression<Scalar, NewShape, NewStrides, From>(
        data + offset, bound_gradient == nullptr ? nullptr : bound_gradient + offset);
  }
};

/// A name for a value that an expression uses.
template <class Scalar, class Shape, class Strides = DenseStrides<Shape>>
using Name = LeafExpression<Scalar, Shape, Strides, Origin::bound>;

/// Numbers without a gradient, row-major: `constant<Shape<64, 3>>(pointer)`.
template <class Shape, class Scalar>
constexpr auto constant(const Scalar* data) {
  return LeafExpression<Scalar, Shape, DenseStrides<Shape>, Origin::constant>(data);
}

/// Everything that operations take becomes an expression: expressions as they are, parameters as leaves.
template <Expression E>
constexpr E as_expression(E&& expression) {
  return std::forward<E>(expression);
}
template <Expression E>
constexpr std::remove_cvref_t<E> as_expression(const E& expression) {
  return expression;
}
template <class Shape, class Stored>
constexpr auto as_expression(const Parameter<Shape, Stored>& parameter) {
  constexpr Origin origin = Parameter<Shape, Stored>::trained ? Origin::parameter : Origin::constant;
  return LeafExpression<Computed<Stored>, Shape, DenseStrides<Shape>, origin>(parameter.data);
}

/// What operations accept.
template <class Type>
concept Operand = Expression<Type> || is_parameter<std::remove_cvref_t<Type>>;

template <Operand Type>
using ExpressionOf = std::remove_cvref_t<decltype(as_expression(std::declval<Type>()))>;

}  // namespace transfix::inline TRANSFIX_ABI
