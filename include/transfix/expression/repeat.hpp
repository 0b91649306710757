// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/let.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// Whether the input of a repetition or its body has a gradient.
template <class Body, class Input>
constexpr bool has_gradient_in_repetition() {
  if constexpr (Input::differentiable) {
    return true;
  } else {
    using Constant =
        LeafExpression<typename Input::Scalar, typename Input::Shape, typename Input::Strides, Origin::constant>;
    return ExpressionOf<decltype(std::declval<const Body&>()(Index{}, std::declval<Constant>()))>::differentiable;
  }
}
}  // namespace detail

/// body(number, ... body(1, body(0, x))): one type and one loop, whatever the count. The tape holds one
/// value and one tape of the body a repetition.
template <Index Count, class Input, class Body>
struct Repetition : Computation<Repetition<Count, Input, Body>>, Reading<Repetition<Count, Input, Body>> {
  using Scalar = typename Input::Scalar;
  using Shape = typename Input::Shape;
  using Strides = DenseStrides<Shape>;
  using Bound = LeafExpression<Scalar, Shape, Strides,
                               detail::has_gradient_in_repetition<Body, Input>() ? Origin::bound : Origin::constant>;
  using Inner = decltype(own(std::declval<const Body&>()(Index{}, std::declval<Bound>())));
  static_assert(std::is_same_v<typename Inner::Shape, Shape>, "repeat: the body must keep the shape of its input");
  static_assert(std::is_same_v<typename Input::Strides, Strides> && std::is_same_v<typename Inner::Strides, Strides>,
                "repeat: values must be stored without gaps");
  static constexpr bool accumulates = false, differentiable = Inner::differentiable;
  static constexpr Index span = Shape::size;
  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes = std::max(Input::forward_bytes, Inner::forward_bytes);
  // Two buffers take turns as gradient of a repetition's result and of its input.
  static constexpr Index close_bytes = Input::open_bytes + workspace_bytes<Scalar>(span) + Inner::open_bytes +
                                       std::max(Inner::close_bytes, Input::close_bytes);
  struct Tape {
    [[no_unique_address]] typename Input::Tape input;
    typename Inner::Tape inner[static_cast<std::size_t>(Count)];
    Scalar* gradient;
  };
  Input input;
  Body body;

  constexpr Repetition(Input given, Body given_body) : input(std::move(given)), body(std::move(given_body)) {}

  static auto* value(const Tape& tape) { return Inner::value(tape.inner[Count - 1]); }
  static auto* gradient(Tape& tape, const Context&) { return tape.gradient; }
  static void open(Tape& tape, Context& context) {
    if constexpr (differentiable) tape.gradient = context.template take<Scalar>(span);
  }

  const Scalar* input_of(Index number, const Tape& tape) const {
    return number == 0 ? input.value(tape.input) : Inner::value(tape.inner[number - 1]);
  }

  void forward(Tape& tape, Context& context) const {
    input.forward(tape.input, context);
    for (Index number = 0; number < Count; ++number) {
      own(body(number, Bound(input_of(number, tape)))).forward(tape.inner[number], context);
    }
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      input.open(tape.input, context);
      Scalar* d_input = context.template take<Scalar>(span);
      for (Index number = Count - 1; number >= 0; --number) {
        std::byte* const inner_mark = context.workspace;
        auto inner = own(body(number, Bound(input_of(number, tape), d_input)));
        Inner::open(tape.inner[number], context);
        std::memcpy(Inner::gradient(tape.inner[number], context), tape.gradient, sizeof(Scalar) * std::size_t{span});
        set_to_zero(d_input, span);
        inner.close(tape.inner[number], context);
        context.workspace = inner_mark;
        std::swap(d_input, tape.gradient);
      }
      const auto result = transfix::gradient(input, tape.input, context);
      if constexpr (Input::differentiable) {
        simd::for_each_lane<Scalar, span>([&](auto tag, Index i) {
          using Vector = decltype(tag);
          Vector sum = simd::load<Vector>(tape.gradient + i);
          if constexpr (Input::accumulates) sum += simd::load<Vector>(result.data + i);
          simd::store(sum, result.data + i);
        });
      }
      input.close(tape.input, context);
      context.workspace = mark;
    }
  }
};

/// Applies body(number, name) to x `Count` times, number = 0 .. Count - 1.
template <Index Count, Operand X, class Body>
constexpr auto repeat(X&& x, Body body) {
  static_assert(Count > 0, "repeat: the count must be positive");
  return Repetition<Count, StoredOf<X>, Body>(store(std::forward<X>(x)), std::move(body));
}

}  // namespace transfix::inline TRANSFIX_ABI
