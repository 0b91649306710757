// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/math.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// x + slope(head) (key - query), slope(head) = 2^(-8 (head + 1) / heads).
struct Alibi {
  Index heads = 1;
  static constexpr bool keeps_masked() { return true; }
  template <class Vector>
  Vector value(Vector x, const Position<Vector>& at) const {
    using Scalar = simd::ScalarOf<Vector>;
    const auto slope =
        static_cast<Scalar>(math::exp2(-8.0 * static_cast<double>(at.batch + 1) / static_cast<double>(heads)));
    return x + Vector(slope) * (at.columns - Vector(static_cast<Scalar>(at.row)));
  }
  template <class Vector>
  static Vector derivative(Vector, const Position<Vector>&) {
    return Vector(1);
  }
};

/// cap tanh(x / cap)
struct SoftCap {
  double cap = 50;
  template <class Vector>
  Vector value(Vector x) const {
    const Vector limit(static_cast<simd::ScalarOf<Vector>>(cap));
    return limit * tanh(x / limit);
  }
  template <class Vector>
  Vector derivative_from_output(Vector y) const {
    const Vector share = y / Vector(static_cast<simd::ScalarOf<Vector>>(cap));
    return Vector(1) - share * share;
  }
};
}  // namespace rules

/// Scores with a penalty that grows with the distance, head by head (ALiBi, Press et al. 2022):
///   scores(h, q, k) + 2^(-8 (h + 1) / heads) (k - q)
template <Operand Scores>
constexpr auto alibi(Scores&& scores) {
  constexpr Index heads = ExpressionOf<Scores>::Shape::batches;
  return elementwise<rules::Alibi>(std::forward<Scores>(scores), rules::Alibi{heads});
}

/// Numbers held between -cap and cap: cap tanh(x / cap) (Gemma 2). Mask after it, not before.
template <Operand X>
constexpr auto soft_cap(X&& x, double cap) {
  return elementwise<rules::SoftCap>(std::forward<X>(x), rules::SoftCap{cap});
}

/// A learned number for each head and each bucket of distances, seen as scores [Heads, Queries, Keys] (T5,
/// Raffel et al. 2020). Half of the buckets are exact distances; the others grow by the logarithm up to
/// `farthest`, and the last one holds all beyond. With `Bidirectional` half of all are for keys ahead.
template <class Table, Index Queries, Index Keys, bool Bidirectional, Index Farthest>
struct RelativeBias : Computation<RelativeBias<Table, Queries, Keys, Bidirectional, Farthest>> {
  using Scalar = typename Table::Scalar;
  static constexpr Index buckets = Table::Shape::rows, heads = Table::Shape::columns;
  static constexpr Index directed = Bidirectional ? buckets / 2 : buckets, exact = directed / 2;
  static_assert(exact >= 1, "relative_bias: the table needs 2 buckets, or 4 where keys ahead have their own");
  static_assert(Farthest > exact, "relative_bias: Farthest must be larger than the exact half of the buckets");
  using Shape = transfix::Shape<heads, Queries, Keys>;
  using Tape = EmptyTape;
  static constexpr bool differentiable = Table::differentiable, is_score_term = true;
  static constexpr Index open_bytes = 0, forward_bytes = 0, close_bytes = 0;
  Table table;

  constexpr explicit RelativeBias(Table given) : table(given) {}

  static Index bucket(Index distance) {  // key - query
    const Index ahead = Bidirectional && distance > 0 ? directed : 0;
    const Index far = Bidirectional ? (distance < 0 ? -distance : distance) : (distance < 0 ? -distance : 0);
    if (far < exact) return ahead + far;
    const double way = math::log(static_cast<double>(far) / static_cast<double>(exact)) /
                       math::log(static_cast<double>(Farthest) / static_cast<double>(exact));
    const Index grown = exact + static_cast<Index>(way * static_cast<double>(directed - exact));
    return ahead + (grown < directed - 1 ? grown : directed - 1);
  }

  void forward(Tape&, Context&) const {}
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}
  template <class Vector>
  Vector lane(const Tape& tape, Index row, Index column) const {
    std::array<Scalar, Vector::size> numbers;
    for (std::size_t i = 0; i < Vector::size; ++i) {
      numbers[i] = table.value(tape)[place(row, column + static_cast<Index>(i))];
    }
    return simd::load<Vector>(numbers.data());
  }
  template <class Vector>
  void pull(Tape& tape, const Context& context, Index row, Index column, Vector gradient) const {
    if constexpr (differentiable) {
      std::array<Scalar, Vector::size> numbers;
      simd::store(gradient, numbers.data());
      Scalar* const sums = table.gradient(tape, context);
      for (std::size_t i = 0; i < Vector::size; ++i) sums[place(row, column + static_cast<Index>(i))] += numbers[i];
    }
  }
  static Index place(Index row, Index column) { return bucket(column - row % Queries) * heads + row / Queries; }
};

/// The scores of a table [buckets, heads] of learned numbers: `scores + relative_bias<Queries, Keys>(table)`.
template <Index Queries, Index Keys, bool Bidirectional = true, Index Farthest = 128, Operand Table>
constexpr auto relative_bias(const Table& table) {
  static_assert(Leaf<ExpressionOf<const Table&>>, "relative_bias: the table must be a parameter or a name");
  return RelativeBias<ExpressionOf<const Table&>, Queries, Keys, Bidirectional, Farthest>(as_expression(table));
}

}  // namespace transfix::inline TRANSFIX_ABI
