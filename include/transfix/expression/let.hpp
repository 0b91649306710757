// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <transfix/expression/stored.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Stored with memory of its own: a leaf is copied.
template <Operand X>
constexpr auto own(X&& x) {
  if constexpr (Leaf<ExpressionOf<X>>) {
    return Stored<ExpressionOf<X>>(as_expression(std::forward<X>(x)));
  } else {
    return store(std::forward<X>(x));
  }
}

template <class Scalar>
inline void set_to_zero(Scalar* values, Index count) {
  std::memset(values, 0, static_cast<std::size_t>(count) * sizeof(Scalar));
}

/// The name that `let` gives to a stored expression; one without a gradient has a constant's name.
template <Viewable E>
using NameOf = LeafExpression<typename E::Scalar, typename E::Shape, typename E::Strides,
                              E::differentiable ? Origin::bound : Origin::constant>;

/// body(name), where name stands for a value that is computed once and used any number of times.
template <class Value, class Body>
struct Let : Computation<Let<Value, Body>>, Reading<Let<Value, Body>> {
  using Inner = decltype(own(std::declval<const Body&>()(std::declval<NameOf<Value>>())));
  using Scalar = typename Inner::Scalar;
  using Shape = typename Inner::Shape;
  using Strides = typename Inner::Strides;
  static constexpr bool accumulates = false, differentiable = Inner::differentiable;
  static constexpr Index span = Inner::span;
  static constexpr Index open_bytes = Inner::open_bytes;
  static constexpr Index forward_bytes = std::max(Value::forward_bytes, Inner::forward_bytes);
  static constexpr Index close_bytes = Value::open_bytes + std::max(Inner::close_bytes, Value::close_bytes);
  struct Tape {
    [[no_unique_address]] typename Value::Tape value;
    [[no_unique_address]] typename Inner::Tape inner;
  };
  Value bound;
  Body body;

  constexpr Let(Value given, Body given_body) : bound(std::move(given)), body(std::move(given_body)) {}

  static auto* value(const Tape& tape) { return Inner::value(tape.inner); }
  static auto* gradient(Tape& tape, const Context& context) { return Inner::gradient(tape.inner, context); }
  static void open(Tape& tape, Context& context) { Inner::open(tape.inner, context); }

  void forward(Tape& tape, Context& context) const {
    bound.forward(tape.value, context);
    own(body(NameOf<Value>(bound.value(tape.value)))).forward(tape.inner, context);
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      bound.open(tape.value, context);
      Scalar* gradient_of_name = nullptr;
      if constexpr (Value::differentiable) {
        gradient_of_name = bound.gradient(tape.value, context);
        set_to_zero(gradient_of_name, Value::span);
      }
      own(body(NameOf<Value>(bound.value(tape.value), gradient_of_name))).close(tape.inner, context);
      bound.close(tape.value, context);
      context.workspace = mark;
    }
  }
};

/// Names a value that is used more than once:
///   let(x + f(x), [this](auto y) { return y + g(y); })
/// The body runs later, when the pass does: capture locals by value, never by reference.
template <Operand X, class Body>
constexpr auto let(X&& x, Body body) {
  if constexpr (Leaf<ExpressionOf<X>>) {
    return body(as_expression(std::forward<X>(x)));
  } else {
    return Let<StoredOf<X>, Body>(store(std::forward<X>(x)), std::move(body));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
