// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <transfix/core/tuple.hpp>
#include <transfix/expression/context.hpp>
#include <transfix/simd/batch.hpp>
#include <type_traits>
#include <utility>

// An expression is a small value that says how to compute a tensor. Its type holds the forward and the
// backward program, and a struct `Tape` with all that backward needs. There are three kinds:
//
//   leaves   point at numbers: parameters, names bound by `let`, constants. They may be copied.
//   lanes    are never stored: lane(tape, row, column) computes a vector of them when asked.
//   stored   keep their value in their tape.
//
// A pass calls, in this order:
//   forward(tape, context)            compute; operands first
//   open(tape, context)               take memory for the gradient of every stored operand
//   pull(tape, context, row, column, gradient)   hand over a vector of gradients (lanes: to the operands)
//   close(tape, context)              work out the gradients of the operands from one's own; once after a forward pass,
//                                     as gradients may take the place of numbers that nobody needs any more
// Memory of the workspace is counted by the types: open_bytes, forward_bytes and close_bytes.

namespace transfix::inline TRANSFIX_ABI {

struct ExpressionTag {};

template <class Type>
concept Expression = std::derived_from<std::remove_cvref_t<Type>, ExpressionTag>;

template <class Type>
concept Leaf = Expression<Type> && requires {
  requires std::remove_cvref_t<Type>::is_leaf;
};

/// Leaves and stored values: their numbers lie somewhere and have a pointer.
template <class Type>
concept Viewable = Expression<Type> && requires {
  typename std::remove_cvref_t<Type>::Strides;
};

namespace detail {
template <class>
inline constexpr bool name_an_expression_that_is_used_twice_with_let = false;
}

/// Base of every expression that computes: it can be moved but not used twice.
template <class Self>
struct Computation : ExpressionTag {
  static constexpr bool is_leaf = false;
  constexpr Computation() = default;
  constexpr Computation(Computation&&) = default;
  constexpr Computation(const Computation&) {
    static_assert(detail::name_an_expression_that_is_used_twice_with_let<Self>,
                  "an expression is used once: write let(expression, [](auto name) { ... }) to use it more often, "
                  "or std::move(expression) where this is its only use");
  }
  Computation& operator=(Computation&&) = default;
};

struct EmptyTape {};

/// Whether close() of a stored expression does without its numbers, so that its gradient may take their place.
template <class E>
constexpr bool closes_without_value() {
  if constexpr (requires { E::closes_without_value; }) {
    return E::closes_without_value;
  } else {
    return false;
  }
}

/// The tensor that an expression computes.
template <Viewable E>
using TensorOf = Tensor<typename E::Scalar, typename E::Shape, typename E::Strides>;

template <Viewable E>
using GradientOf = Gradient<TensorOf<E>, E::accumulates, E::differentiable>;

template <Viewable E>
In<TensorOf<E>> view(const E& expression, const typename E::Tape& tape) {
  return {expression.value(tape)};
}

template <Viewable E>
GradientOf<E> gradient(const E& expression, typename E::Tape& tape, const Context& context) {
  return {expression.gradient(tape, context)};
}

/// Calls function(row) for every row and function's result with every vector of columns.
template <class E>
TRANSFIX_INLINE void for_each_vector(auto&& function) {
  for (Index row = 0; row < E::Shape::rows; ++row) {
    simd::for_each_lane<typename E::Scalar, E::Shape::columns>(
        [&](auto tag, Index column) { function(tag, row, column); });
  }
}

/// What every expression with numbers in memory can do.
template <class Self>
struct Reading {
  template <class Vector>
  TRANSFIX_INLINE Vector lane(const auto& tape, Index row, Index column) const {
    const auto& self = static_cast<const Self&>(*this);
    return simd::load<Vector>(self.value(tape) + row_offset<typename Self::Shape, typename Self::Strides>(row) +
                              column);
  }
  template <class Vector>
  TRANSFIX_INLINE void pull(auto& tape, const Context& context, Index row, Index column, Vector value) const {
    const auto& self = static_cast<const Self&>(*this);
    gradient(self, tape, context).add(row, column, value);
  }
};

/// Base of stored expressions: Self::Tape has `value`, a Buffer, and `gradient`, a pointer.
template <class Self>
struct StoredComputation : Computation<Self>, Reading<Self> {
  static constexpr bool accumulates = false;

  static auto* value(const auto& tape) { return tape.value.data; }
  static auto* gradient(auto& tape, const Context&) { return tape.gradient; }
  static void open(auto& tape, Context& context) {
    if constexpr (Self::differentiable) tape.gradient = context.template take<typename Self::Scalar>(Self::span);
  }
  static void open_in_place(auto& tape) { tape.gradient = tape.value.data; }
};

}  // namespace transfix::inline TRANSFIX_ABI
