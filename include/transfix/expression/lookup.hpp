// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y(t) = table(tokens[t]).  VJP: d table(tokens[t]) += dy(t).
template <class Table, Index Length>
struct Lookup {
  using Scalar = typename Table::Scalar;
  using Output = Tensor<Scalar, Shape<Length, Table::columns>>;
  struct Saved {};
  const Token* tokens = nullptr;

  void forward(In<Table> table, Out<Output> y, Saved&) const {
    for (Index row = 0; row < Length; ++row) {
      if (tokens[row] < 0 || tokens[row] >= Table::rows) {
        fail("token ", tokens[row], " at place ", row, " of a sequence is not in a table of ", Table::rows,
             " rows: tokens are 0 .. ", Table::rows - 1, ", and padding needs a token of its own");
      }
      simd::for_each_lane<Scalar, Table::columns>([&](auto tag, Index column) {
        simd::store(simd::load<decltype(tag)>(table[tokens[row]] + column), y[row] + column);
      });
    }
  }

  void backward(In<Output> dy, In<Output>, In<Table>, const Saved&, auto d_table) const {
    const auto sum = d_table.clear();
    for (Index row = 0; row < Length; ++row) {
      simd::for_each_lane<Scalar, Table::columns>(
          [&](auto tag, Index column) { sum.add(tokens[row], column, simd::load<decltype(tag)>(dy[row] + column)); });
    }
  }
};
}  // namespace rules

/// The rows of a table that tokens name: [Vocabulary, Width] and Length tokens -> [Length, Width].
/// A token that is not in 0 .. Vocabulary - 1 is an error.
template <Operand Table, Index Length>
constexpr auto lookup(Table&& table, Tokens<Length> tokens) {
  return operation_with(rules::Lookup<TensorOf<StoredOf<Table>>, Length>{tokens.data}, std::forward<Table>(table));
}

}  // namespace transfix::inline TRANSFIX_ABI
