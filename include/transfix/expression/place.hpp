// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/elementwise.hpp>
#include <tuple>

namespace transfix::inline TRANSFIX_ABI::detail {

/// The operation in an expression whose numbers nobody needs once those of the expression are known, because neither
/// its own gradient nor those of the rules above it depend on them: a product under a bias and a residual. `of(tape)`
/// is its tape.
template <class E>
struct PlaceOf {
  static constexpr bool found = false;
};
template <class Rule, class... Operands>
requires(Rule::is_linear && (PlaceOf<Operands>::found || ...)) struct PlaceOf<Map<Rule, Operands...>> {
  static constexpr bool found = true;
  static constexpr Index number = [] {
    Index at = 0;
    for (const bool here : {PlaceOf<Operands>::found...}) {
      if (here) break;
      ++at;
    }
    return at;
  }();
  static auto& of(auto& tape) {
    return PlaceOf<std::tuple_element_t<std::size_t{number}, std::tuple<Operands...>>>::of(get<number>(tape));
  }
};

/// The slopes of an elementwise expression: its derivatives with respect to the numbers of operations that give their
/// place, each kept in that place by the forward pass. Backward multiplies by them, where it would have to call the
/// rules of the expression again, and leaves there the gradients of the operations: of a product under a bias and an
/// activation, or of two of them under a gate. This form is for a part of the expression that lies in one place, or has
/// no gradient.
template <class E>
struct Slopes {
  static constexpr bool in_place = PlaceOf<E>::found;
  static constexpr bool complete = in_place || !E::differentiable;  // whether every gradient goes to a place
  static constexpr Index bytes = in_place ? workspace_bytes<typename E::Scalar>(E::Shape::size) : 0;

  template <class Vector>
  TRANSFIX_INLINE static void keep(const E&, auto& tape, Index row, Index column, Vector slope) {
    if constexpr (in_place) simd::store(slope, at(tape, row, column));
  }
  static void open(auto& tape) {
    if constexpr (in_place) PlaceOf<E>::of(tape).gradient = PlaceOf<E>::of(tape).value.data;
  }
  template <class Vector>
  TRANSFIX_INLINE static void pull(const E& part, auto& tape, const Context& context, Index row, Index column,
                                   Vector gradient) {
    if constexpr (in_place) {
      part.pull(tape, context, row, column, gradient * simd::load<Vector>(at(tape, row, column)));
    }
  }

 private:
  static auto* at(auto& tape, Index row, Index column) {
    return PlaceOf<E>::of(tape).value.data + row * E::Shape::columns + column;
  }
};

template <class Rule, class... Operands>
requires(!PlaceOf<Map<Rule, Operands...>>::found &&
         (Operands::differentiable || ...)) struct Slopes<Map<Rule, Operands...>> {
  using E = Map<Rule, Operands...>;
  static constexpr bool complete = (Slopes<Operands>::complete && ...);
  static constexpr Index bytes = (Slopes<Operands>::bytes + ...);

  /// slope: the derivative of the whole with respect to this part.
  template <class Vector>
  TRANSFIX_INLINE static void keep(const E& part, auto& tape, Index row, Index column, Vector slope) {
    const auto slopes = part.gradients(tape, row, column, slope);
    unrolled<E::count>([&](auto i) {
      Slopes<Operand<i()>>::keep(get<i()>(part.operands), get<i()>(tape), row, column,
                                 slopes[static_cast<std::size_t>(i())]);
    });
  }
  static void open(auto& tape) {
    unrolled<E::count>([&](auto i) { Slopes<Operand<i()>>::open(get<i()>(tape)); });
  }
  template <class Vector>
  TRANSFIX_INLINE static void pull(const E& part, auto& tape, const Context& context, Index row, Index column,
                                   Vector gradient) {
    unrolled<E::count>([&](auto i) {
      Slopes<Operand<i()>>::pull(get<i()>(part.operands), get<i()>(tape), context, row, column, gradient);
    });
  }

 private:
  template <Index I>
  using Operand = std::tuple_element_t<std::size_t{I}, std::tuple<Operands...>>;
};

}  // namespace transfix::inline TRANSFIX_ABI::detail
