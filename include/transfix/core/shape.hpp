// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI {

using Index = std::ptrdiff_t;

/// The number of a vocabulary entry. A negative target token is left out of the loss.
using Token = std::int32_t;

/// Extents of a tensor, row-major. All extents but the last are `rows`, the last one is `columns`.
template <Index... Extents>
struct Shape {
  static_assert(((Extents > 0) && ...), "every extent of a Shape must be positive");
  static constexpr Index rank = sizeof...(Extents);
  static constexpr Index size = (Extents * ... * 1);

  /// Extent number `axis`; negative numbers count from the end, and a missing leading extent is 1.
  static constexpr Index extent(Index axis) {
    constexpr Index extents[] = {Extents..., 1};
    const Index position = axis < 0 ? rank + axis : axis;
    return position < 0 || position >= rank ? 1 : extents[position];
  }
  static constexpr Index columns = extent(-1);
  static constexpr Index rows = size / columns;
  static constexpr Index matrix_rows = extent(-2);
  static constexpr Index batches = rows / matrix_rows;
};

/// Where the element of a row-major tensor seen as batches of matrices lies in memory.
/// The columns of a row are always neighbours.
template <Index Batch, Index Row>
struct Strides {
  static constexpr Index batch = Batch, row = Row;
};

/// Whether a tensor's numbers lie without gaps.
template <class Shape, class Strides>
inline constexpr bool is_dense = (Shape::rows == 1 || Strides::row == Shape::columns) &&
                                 (Shape::batches == 1 || Strides::batch == Shape::matrix_rows * Shape::columns);

/// The strides of a tensor stored without gaps.
template <class Shape>
using DenseStrides = Strides<Shape::matrix_rows * Shape::columns, Shape::columns>;

/// Offset of the first element of row `row`, counted over all batches.
template <class Shape, class Strides>
constexpr Index row_offset(Index row) {
  if constexpr (Strides::batch == Shape::matrix_rows * Strides::row) {
    return row * Strides::row;
  } else {
    return row / Shape::matrix_rows * Strides::batch + row % Shape::matrix_rows * Strides::row;
  }
}

inline namespace literals {
constexpr Index operator""_KiB(unsigned long long count) { return static_cast<Index>(count) * 1024; }
constexpr Index operator""_MiB(unsigned long long count) { return static_cast<Index>(count) * 1024 * 1024; }
}  // namespace literals

}  // namespace transfix::inline TRANSFIX_ABI
