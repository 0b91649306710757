// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
template <Index Rows>
void check_token(Token token, Index place) {
  if (token >= 0 && token < Rows) return;
  fail("token ", token, " at place ", place, " of a sequence is not in a table of ", Rows, " rows: tokens are 0 .. ",
       Rows - 1, ", and padding needs a token of its own");
}

/// y(t) = table(tokens[t]).  VJP: d table(tokens[t]) += dy(t).
template <class Table, class TokensOfSequences>
struct Lookup {
  using Scalar = typename Table::Scalar;
  static constexpr bool reads_result = false;
  static constexpr Index length = TokensOfSequences::length, sequences = TokensOfSequences::sequences;
  using Output = Tensor<Scalar, std::conditional_t<sequences == 1, Shape<length, Table::columns>,
                                                   Shape<sequences, length, Table::columns>>>;
  struct Saved {};
  TokensOfSequences tokens = {};

  void forward(In<Table> table, Out<Output> y, Saved&) const {
    for (Index row = 0; row < Output::rows; ++row) {
      check_token<Table::rows>(tokens[row], row % length);
      simd::for_each_lane<Scalar, Table::columns>([&](auto tag, Index column) {
        simd::store(simd::load<decltype(tag)>(table[tokens[row]] + column), y[row] + column);
      });
    }
  }

  void backward(In<Output> dy, In<Output>, In<Table>, const Saved&, auto d_table) const {
    const auto sum = d_table.clear();
    for (Index row = 0; row < Output::rows; ++row) {
      simd::for_each_lane<Scalar, Table::columns>(
          [&](auto tag, Index column) { sum.add(tokens[row], column, simd::load<decltype(tag)>(dy[row] + column)); });
    }
  }
};
}  // namespace rules

/// The rows of a table that tokens name: [Vocabulary, Width] and Length tokens -> [Length, Width], or
/// [Sequences, Length, Width]. A token that is not in 0 .. Vocabulary - 1 is an error.
template <Operand Table, Index Length, Index Sequences>
constexpr auto lookup(Table&& table, Tokens<Length, Sequences> tokens) {
  return operation_with(rules::Lookup<TensorOf<StoredOf<Table>>, Tokens<Length, Sequences>>{tokens},
                        std::forward<Table>(table));
}

/// The rows first .. first + Length - 1 of a table, without a copy.
template <Index Length, Operand Table>
constexpr auto rows_of(const Table& table, Index first) {
  using Shape = typename ExpressionOf<const Table&>::Shape;
  return as_expression(table).template seen_as<transfix::Shape<Length, Shape::columns>>(first * Shape::columns);
}

}  // namespace transfix::inline TRANSFIX_ABI
