// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/place.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// Where a stored expression keeps its numbers and gradients: in a buffer of its own, or in the place of an operation.
template <class E>
struct RoomOf {
  struct Tape {
    [[no_unique_address]] typename E::Tape expression;
    Buffer<typename E::Scalar, E::Shape::size> value;
    typename E::Scalar* gradient;
  };
  static auto& of(auto& tape) { return tape; }
};
template <class E>
requires(PlaceOf<E>::found) struct RoomOf<E> {
  struct Tape {
    typename E::Tape expression;
  };
  static auto& of(auto& tape) { return PlaceOf<E>::of(tape.expression); }
};
}  // namespace detail

/// An elementwise expression whose numbers are needed in memory: computed once, with its gradient.
template <class E>
struct Stored : Computation<Stored<E>>, Reading<Stored<E>> {
  using Scalar = typename E::Scalar;
  using Shape = typename E::Shape;
  using Strides = DenseStrides<Shape>;
  using Room = detail::RoomOf<E>;
  using Slopes = detail::Slopes<E>;
  using Tape = typename Room::Tape;
  static constexpr bool differentiable = E::differentiable, accumulates = false;
  static constexpr Index span = Shape::size;
  static constexpr bool lies_in_place = detail::PlaceOf<E>::found;
  static constexpr bool has_slopes = differentiable && Slopes::complete && !lies_in_place;
  static constexpr bool closes_without_value = true;
  // Whether there are gradients that have no place and need memory.
  static constexpr bool opens = !Slopes::complete || E::open_bytes > Slopes::bytes;
  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes = E::forward_bytes;
  static constexpr Index close_bytes = differentiable ? (opens ? E::open_bytes : 0) + E::close_bytes : 0;
  E expression;

  constexpr explicit Stored(E given) : expression(std::move(given)) {}

  static auto* value(const auto& tape) { return Room::of(tape).value.data; }
  static auto* gradient(auto& tape, const Context&) { return Room::of(tape).gradient; }
  static void open(auto& tape, Context& context) {
    if constexpr (differentiable) Room::of(tape).gradient = context.template take<Scalar>(span);
  }
  static void open_in_place(auto& tape) { Room::of(tape).gradient = Room::of(tape).value.data; }

  void forward(Tape& tape, Context& context) const {
    expression.forward(tape.expression, context);
    Scalar* const to = Room::of(tape).value.data;
    for_each_vector<E>([&](auto tag, Index row, Index column) {
      using Vector = decltype(tag);
      const Vector value = expression.template lane<Vector>(tape.expression, row, column);
      if constexpr (has_slopes) Slopes::keep(expression, tape.expression, row, column, Vector(Scalar(1)));
      simd::store(value, to + row * Shape::columns + column);
    });
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      Scalar* const from = Room::of(tape).gradient;
      if constexpr (opens) expression.open(tape.expression, context);
      if constexpr (has_slopes) Slopes::open(tape.expression);
      Room::of(tape).gradient = from;  // an operation that gave its place has its gradient there, too
      for_each_vector<E>([&](auto tag, Index row, Index column) {
        using Vector = decltype(tag);
        const Vector gradient = simd::load<Vector>(from + row * Shape::columns + column);
        if constexpr (has_slopes) {
          Slopes::pull(expression, tape.expression, context, row, column, gradient);
        } else {
          expression.pull(tape.expression, context, row, column, gradient);
        }
      });
      expression.close(tape.expression, context);
      context.workspace = mark;
    }
  }
};

/// Keeps an expression's numbers in memory; leaves and stored expressions stay as they are.
template <Operand X>
constexpr auto store(X&& x) {
  using E = ExpressionOf<X>;
  if constexpr (Viewable<E>) {
    return as_expression(std::forward<X>(x));
  } else {
    return Stored<E>(as_expression(std::forward<X>(x)));
  }
}

template <Operand X>
using StoredOf = decltype(store(std::declval<X>()));

}  // namespace transfix::inline TRANSFIX_ABI
