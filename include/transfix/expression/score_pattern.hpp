// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/elementwise.hpp>
#include <transfix/expression/matmul.hpp>

// How attention recognises its pattern: elementwise work on one product q k^T, told from its type.

namespace transfix::inline TRANSFIX_ABI {

namespace detail {

/// Stands for the product q k^T inside the score terms while one tile of it is at hand.
template <class ScalarOfScores, class ShapeOfScores, bool Differentiable>
struct TileOfScores : ExpressionTag {
  using Scalar = ScalarOfScores;
  using Shape = ShapeOfScores;
  static constexpr bool is_leaf = true, differentiable = Differentiable;
  static constexpr Index open_bytes = 0, forward_bytes = 0, close_bytes = 0;
  struct Tape {
    const Scalar* scores = nullptr;
    Scalar* gradients = nullptr;
    Index first_row = 0, first_column = 0, stride = 0;
  };
  void forward(Tape&, Context&) const {}
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}
  template <class Vector>
  TRANSFIX_INLINE Vector lane(const Tape& tape, Index row, Index column) const {
    return simd::load<Vector>(tape.scores + place(tape, row, column));
  }
  template <class Vector>
  TRANSFIX_INLINE void pull(Tape& tape, const Context&, Index row, Index column, Vector gradient) const {
    simd::store(gradient, tape.gradients + place(tape, row, column));
  }
  TRANSFIX_INLINE static Index place(const Tape& tape, Index row, Index column) {
    return (row - tape.first_row) * tape.stride + column - tape.first_column;
  }
};

/// What is known of an expression of scores: whether it is elementwise work on one product q k^T.
template <class E>
struct ScoreTerms {
  static constexpr Index products = 0;
  static constexpr bool elementwise = Leaf<E> || requires { requires E::is_score_term; };
  static constexpr E without_product(E&& expression) { return std::move(expression); }
  static bool hides(const E&, Region) { return false; }
};

template <class A, class B, class Query, class Key>
struct ScoreTerms<Operation<rules::MatMul<A, B, true>, Query, Key>> {
  using Product = Operation<rules::MatMul<A, B, true>, Query, Key>;
  using QueryExpression = Query;
  using KeyExpression = Key;
  using Tile = TileOfScores<typename Product::Scalar, typename Product::Shape, Product::differentiable>;
  static constexpr Index products = 1;
  static constexpr bool elementwise = Query::Shape::batches % Key::Shape::batches == 0;
  static constexpr Tile without_product(Product&&) { return {}; }
  static constexpr Product& product(Product& expression) { return expression; }
  static auto& tile(typename Tile::Tape& tape) { return tape; }
  static bool hides(const Tile&, Region) { return false; }
};

template <class Rule, class... Operands>
struct ScoreTerms<Map<Rule, Operands...>> {
  using Whole = Map<Rule, Operands...>;
  static constexpr Index products = (ScoreTerms<Operands>::products + ...);
  static constexpr bool elementwise = (ScoreTerms<Operands>::elementwise && ...);
  /// Which operand holds the product.
  static constexpr Index holder = [] {
    const bool holds[] = {ScoreTerms<Operands>::products > 0 ...};
    Index position = 0;
    while (position + 1 < Index{sizeof...(Operands)} && !holds[position]) ++position;
    return position;
  }();
  static constexpr auto without_product(Whole&& expression) {
    return [&]<Index... I>(std::integer_sequence<Index, I...>) {
      return rebuilt(expression.rule, ScoreTerms<Operands>::without_product(std::move(get<I>(expression.operands)))...);
    }
    (std::make_integer_sequence<Index, sizeof...(Operands)>{});
  }
  template <class... New>
  static constexpr auto rebuilt(Rule rule, New... operands) {
    return Map<Rule, New...>(std::move(rule), std::move(operands)...);
  }
  static constexpr auto& product(Whole& expression) {
    auto& operand = get<holder>(expression.operands);
    return ScoreTerms<std::remove_cvref_t<decltype(operand)>>::product(operand);
  }
};

/// The tape of the tile inside the tape of score terms without their product.
template <class Scalar, class Shape, bool Differentiable>
auto& tile_tape(const TileOfScores<Scalar, Shape, Differentiable>&, auto& tape) {
  return tape;
}
template <class E>
inline constexpr bool holds_tile = false;
template <class Scalar, class Shape, bool Differentiable>
inline constexpr bool holds_tile<TileOfScores<Scalar, Shape, Differentiable>> = true;
template <class Rule, class... Operands>
inline constexpr bool holds_tile<Map<Rule, Operands...>> = (holds_tile<Operands> || ...);
template <class Rule, class... Operands>
auto& tile_tape(const Map<Rule, Operands...>& terms, auto& tape) {
  constexpr Index holder = [] {
    const bool holds[] = {holds_tile<Operands>...};
    Index position = 0;
    while (!holds[position]) ++position;
    return position;
  }();
  return tile_tape(get<holder>(terms.operands), get<holder>(tape));
}

/// Whether score terms have a mask that hides blocks.
template <class E>
inline constexpr bool can_hide = false;
template <class Rule, class... Operands>
inline constexpr bool can_hide<Map<Rule, Operands...>> = requires(const Rule rule, Region region) {
  rule.hides(region);
}
|| (can_hide<Operands> || ...);

/// Whether the score terms are -infinity in a whole block, so that it need not be computed.
template <class E>
bool hides(const E&, Region) {
  return false;
}
template <class Rule, class First, class... Rest>
bool hides(const Map<Rule, First, Rest...>& terms, Region block) {
  if constexpr (requires { terms.rule.hides(block); }) {
    return terms.rule.hides(block) || hides(get<0>(terms.operands), block);
  } else if constexpr (requires { terms.rule.keeps_masked(); }) {
    return terms.rule.keeps_masked() && hides(get<0>(terms.operands), block);
  } else {
    return false;
  }
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI
