// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <transfix/expression/leaf.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Where a vector of lanes stands in a tensor: its batch (the head, in attention scores), its row (the
/// query) and, lane by lane, its columns (the keys).
template <class Vector>
struct Position {
  Index batch, row;
  Vector columns;
  Index first_column = 0;
};

/// A rectangle of a tensor's elements, both ends included.
struct Region {
  Index batch, first_row, last_row, first_column, last_column;
};

namespace detail {

template <class Rule, class Vector, class... Vectors>
TRANSFIX_INLINE Vector rule_value(const Rule& rule, const Position<Vector>& position, Vectors... x) {
  if constexpr (requires { rule.value(x..., position); }) {
    return rule.value(x..., position);
  } else {
    return rule.value(x...);
  }
}

template <class Rule>
inline constexpr bool rule_has_a_derivative = requires(const Rule& rule, simd::One<double> x,
                                                       Position<simd::One<double>> position) {
  requires requires { rule.derivative(x); } || requires {
    rule.derivative(x, position);
  } || requires {
    rule.derivative_from_output(x);
  };
};
template <class Rule>
inline constexpr bool rule_has_gradients = requires(const Rule& rule, simd::One<double> x) {
  rule.gradients(x, x, x);
};

/// The gradients of a rule's operands from the gradient of its result.
template <class Rule, class Vector, class... Vectors>
TRANSFIX_INLINE std::array<Vector, sizeof...(Vectors)> rule_gradients(const Rule& rule,
                                                                      const Position<Vector>& position, Vector gradient,
                                                                      Vectors... x) {
  if constexpr (requires { rule.gradients(gradient, x...); }) {
    return rule.gradients(gradient, x...);
  } else if constexpr (requires { rule.derivative(x..., position); }) {
    return {gradient * rule.derivative(x..., position)};
  } else if constexpr (requires { rule.derivative(x...); }) {
    return {gradient * rule.derivative(x...)};
  } else {
    return {gradient * rule.derivative_from_output(rule_value(rule, position, x...))};
  }
}
}  // namespace detail

/// An elementwise function of expressions of one shape. It is never stored: a chain of Maps is one
/// loop, forward and backward.
template <class Rule, class First, class... Rest>
struct Map : Computation<Map<Rule, First, Rest...>> {
  using Scalar = typename First::Scalar;
  using Shape = typename First::Shape;
  using Tape = Tuple<typename First::Tape, typename Rest::Tape...>;
  static constexpr Index count = 1 + sizeof...(Rest);
  static constexpr bool differentiable = First::differentiable || (Rest::differentiable || ...);
  static constexpr Index open_bytes = (First::open_bytes + ... + Rest::open_bytes);
  static constexpr Index forward_bytes = std::max({First::forward_bytes, Rest::forward_bytes...});
  static constexpr Index close_bytes = std::max({First::close_bytes, Rest::close_bytes...});

  [[no_unique_address]] Rule rule;
  Tuple<First, Rest...> operands;

  constexpr Map(Rule given_rule, First first, Rest... rest)
      : rule(std::move(given_rule)), operands{{{std::move(first)}, {std::move(rest)}...}} {}

  void forward(Tape& tape, Context& context) const {
    unrolled<count>([&](auto i) { get<i()>(operands).forward(get<i()>(tape), context); });
  }

  template <class Vector>
  TRANSFIX_INLINE static Position<Vector> position(Index row, Index column) {
    return {row / Shape::matrix_rows, row % Shape::matrix_rows, simd::counting<Vector>(column), column};
  }

  template <class Vector>
  TRANSFIX_INLINE Vector lane(const Tape& tape, Index row, Index column) const {
    return [&]<Index... I>(std::integer_sequence<Index, I...>) {
      return detail::rule_value(rule, position<Vector>(row, column),
                                get<I>(operands).template lane<Vector>(get<I>(tape), row, column)...);
    }
    (std::make_integer_sequence<Index, count>{});
  }

  void open(Tape& tape, Context& context) const {
    unrolled<count>([&](auto i) { get<i()>(operands).open(get<i()>(tape), context); });
  }

  /// The gradients of the operands from the gradient of the result.
  template <class Vector>
  TRANSFIX_INLINE std::array<Vector, std::size_t{count}> gradients(const Tape& tape, Index row, Index column,
                                                                   Vector gradient) const {
    return [&]<Index... I>(std::integer_sequence<Index, I...>) {
      return detail::rule_gradients(rule, position<Vector>(row, column), gradient,
                                    get<I>(operands).template lane<Vector>(get<I>(tape), row, column)...);
    }
    (std::make_integer_sequence<Index, count>{});
  }

  template <class Vector>
  TRANSFIX_INLINE void pull(Tape& tape, const Context& context, Index row, Index column, Vector gradient) const {
    if constexpr (differentiable) {
      const auto shares = gradients(tape, row, column, gradient);
      unrolled<count>([&](auto i) {
        get<i()>(operands).pull(get<i()>(tape), context, row, column, shares[static_cast<std::size_t>(i())]);
      });
    }
  }

  void close(Tape& tape, Context& context) const {
    unrolled<count>([&](auto i) { get<i()>(operands).close(get<i()>(tape), context); });
  }
};

/// A smaller leaf beside a larger tensor: one row beside every row, such as a bias, or one matrix beside the
/// matrices of every batch.
template <class Smaller, class Larger>
struct Broadcast : Computation<Broadcast<Smaller, Larger>> {
  using Scalar = typename Smaller::Scalar;
  using Shape = Larger;
  using Tape = EmptyTape;
  static constexpr bool differentiable = Smaller::differentiable, is_score_term = true;
  static constexpr Index open_bytes = 0, forward_bytes = 0, close_bytes = 0;
  Smaller leaf;

  constexpr explicit Broadcast(Smaller given) : leaf(given) {}
  void forward(Tape&, Context&) const {}
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}
  template <class Vector>
  TRANSFIX_INLINE Vector lane(const Tape& tape, Index row, Index column) const {
    return leaf.template lane<Vector>(tape, row % Smaller::Shape::rows, column);
  }
  template <class Vector>
  TRANSFIX_INLINE void pull(Tape& tape, const Context& context, Index row, Index column, Vector gradient) const {
    leaf.pull(tape, context, row % Smaller::Shape::rows, column, gradient);
  }
};

/// Whether two shapes have the same extents; leading extents of 1 do not matter.
template <class A, class B>
inline constexpr bool same_extents = [] {
  for (Index axis = 1; axis <= A::rank || axis <= B::rank; ++axis) {
    if (A::extent(-axis) != B::extent(-axis)) return false;
  }
  return true;
}();

/// Whether a tensor may stand beside a larger one: a single row, or one matrix of the larger one's extents.
template <class Smaller, class Larger>
inline constexpr bool fits_beside = same_extents<Smaller, Larger> ||
                                    (Smaller::columns == Larger::columns &&
                                     (Smaller::rows == 1 ||
                                      (Smaller::batches == 1 && Smaller::matrix_rows == Larger::matrix_rows)));

/// The law of elementwise operations: one shape, or a single row or matrix beside a larger tensor.
template <class ShapeA, class ShapeB>
inline constexpr bool shapes_agree = fits_beside<ShapeA, ShapeB> || fits_beside<ShapeB, ShapeA>;

namespace detail {
template <class Larger, class E>
constexpr auto spread(E expression) {
  if constexpr (E::Shape::rows == Larger::rows) {
    return expression;
  } else {
    static_assert(E::is_leaf, "a tensor that is used beside every part of a larger one needs a name: use let");
    return Broadcast<E, Larger>(expression);
  }
}
}  // namespace detail

/// Makes a function object of a rule. A rule of one operand has
///   static auto value(auto x);  static auto derivative(auto x);   // or derivative_from_output(auto y)
/// for a SIMD vector, or for (x, Position) where it depends on the place; a rule of two has
///   static auto value(auto a, auto b);  static auto gradients(auto dy, auto a, auto b);  // std::array of two
/// One whose gradients do not depend on its operands may say so: static constexpr bool is_linear = true.
template <class Rule>
struct Elementwise {
  template <Operand X>
  constexpr auto operator()(X&& x, Rule rule = {}) const {
    static_assert(detail::rule_has_a_derivative<Rule>,
                  "an elementwise rule of one operand needs `derivative(x)` or `derivative_from_output(y)`");
    return Map<Rule, ExpressionOf<X>>(rule, as_expression(std::forward<X>(x)));
  }

  template <Operand A, Operand B>
  constexpr auto operator()(A&& a, B&& b, Rule rule = {}) const {
    static_assert(detail::rule_has_gradients<Rule>,
                  "an elementwise rule of two operands needs `gradients(dy, a, b)`, an array of two");
    using ShapeA = typename ExpressionOf<A>::Shape;
    using ShapeB = typename ExpressionOf<B>::Shape;
    static_assert(shapes_agree<ShapeA, ShapeB>,
                  "elementwise operation: both operands must have one shape, or one of them a single row");
    if constexpr (shapes_agree<ShapeA, ShapeB>) {
      using Larger = std::conditional_t<(ShapeA::rows >= ShapeB::rows), ShapeA, ShapeB>;
      auto left = detail::spread<Larger>(as_expression(std::forward<A>(a)));
      auto right = detail::spread<Larger>(as_expression(std::forward<B>(b)));
      return Map<Rule, decltype(left), decltype(right)>(rule, std::move(left), std::move(right));
    } else {
      return as_expression(std::forward<A>(a));  // one mistake, one error
    }
  }
};

template <class Rule>
inline constexpr Elementwise<Rule> elementwise;

}  // namespace transfix::inline TRANSFIX_ABI
