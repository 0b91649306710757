// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/let.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// body(name) of which only the result is kept: its tape is scratch memory, and backward runs forward again
/// (Chen et al. 2016). Random numbers are drawn again too, so that the result is the same bit for bit.
template <class Value, class Body>
struct Recomputed : StoredComputation<Recomputed<Value, Body>> {
  using Inner = decltype(own(std::declval<const Body&>()(std::declval<NameOf<Value>>())));
  using Scalar = typename Inner::Scalar;
  using Shape = typename Inner::Shape;
  using Strides = typename Inner::Strides;
  static constexpr bool differentiable = Inner::differentiable;
  static constexpr Index span = Inner::span;
  static constexpr Index tape_bytes = workspace_bytes<std::byte>(sizeof(typename Inner::Tape));
  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes = std::max(Value::forward_bytes, tape_bytes + Inner::forward_bytes);
  static constexpr Index close_bytes =
      Value::open_bytes +
      std::max(tape_bytes + std::max(Inner::forward_bytes, Inner::open_bytes + Inner::close_bytes), Value::close_bytes);
  struct Tape {
    [[no_unique_address]] typename Value::Tape operand;
    Buffer<Scalar, span> value;
    Scalar* gradient;
    std::uint32_t sequence, random_stream;
  };
  Value bound;
  Body body;

  constexpr Recomputed(Value given, Body given_body) : bound(std::move(given)), body(std::move(given_body)) {}

  void forward(Tape& tape, Context& context) const {
    bound.forward(tape.operand, context);
    std::byte* const mark = context.workspace;
    auto& inner_tape = *reinterpret_cast<typename Inner::Tape*>(context.template take<std::byte>(tape_bytes));
    tape.sequence = context.sequence;
    tape.random_stream = context.random_stream;
    own(body(NameOf<Value>(bound.value(tape.operand)))).forward(inner_tape, context);
    std::memcpy(tape.value.data, Inner::value(inner_tape), sizeof(Scalar) * std::size_t{span});
    context.workspace = mark;
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      bound.open(tape.operand, context);
      Scalar* const gradient_of_name = bound.gradient(tape.operand, context);
      if constexpr (Value::differentiable && !Value::accumulates) set_to_zero(gradient_of_name, Value::span);
      std::byte* const opened = context.workspace;
      auto& inner_tape = *reinterpret_cast<typename Inner::Tape*>(context.template take<std::byte>(tape_bytes));
      const auto inner = own(body(NameOf<Value>(bound.value(tape.operand), gradient_of_name)));
      const std::uint32_t sequence = std::exchange(context.sequence, tape.sequence);
      const std::uint32_t random_stream = std::exchange(context.random_stream, tape.random_stream);
      const double penalty = context.penalty;  // counted the first time
      inner.forward(inner_tape, context);
      context.penalty = penalty;
      context.sequence = sequence;
      context.random_stream = random_stream;
      Inner::open(inner_tape, context);
      std::memcpy(Inner::gradient(inner_tape, context), tape.gradient, sizeof(Scalar) * std::size_t{span});
      inner.close(inner_tape, context);
      context.workspace = opened;
      bound.close(tape.operand, context);
      context.workspace = mark;
    }
  }
};

/// body(name) with the memory of its result alone; backward computes it twice:
///   checkpoint(x, [&](auto y) { return block(y); })
template <Operand X, class Body>
constexpr auto checkpoint(X&& x, Body body) {
  return Recomputed<StoredOf<X>, Body>(store(std::forward<X>(x)), std::move(body));
}

}  // namespace transfix::inline TRANSFIX_ABI
