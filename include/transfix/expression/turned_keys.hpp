// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/tensor.hpp>
#include <transfix/expression/context.hpp>
#include <transfix/simd/transpose.hpp>

namespace transfix::inline TRANSFIX_ABI::detail {

/// The keys (or values) of one head as the right matrix [D, keys] of a product with a block of queries. With Turned
/// they are transposed once for all blocks of queries, to blocks [D, Block] of Block keys, one behind the other;
/// otherwise each product reads them as they lie.
template <class Keys, Index Block, bool Turned>
struct TurnedKeys {
  using Scalar = typename Keys::Scalar;
  static constexpr Index keys = Keys::Shape::matrix_rows, width = Keys::columns;
  static constexpr Index row_stride = Turned ? Block : 1, column_stride = Turned ? 1 : Keys::Strides::row;
  static constexpr Index size = Turned ? (keys + Block - 1) / Block * Block * width : 0;
  static constexpr Index bytes = workspace_bytes<Scalar>(size);

  In<Keys> from;
  Scalar* turned;
  TurnedKeys(In<Keys> all, Context& context) : from(all), turned(context.take<Scalar>(size)) {}

  void turn([[maybe_unused]] Index head) const {
    if constexpr (Turned) {
      for (Index key = 0; key < keys; key += Block) {
        simd::transpose(from[head * keys + key], Keys::Strides::row, turned + key * width, Block,
                        std::min(Block, keys - key), width);
      }
    }
  }
  /// The columns from `key` on, which belong to one block, of the head that was turned last.
  const Scalar* columns_from(Index head, Index key) const {
    return Turned ? turned + key / Block * Block * width + key % Block : from[head * keys + key];
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::detail
