// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/kernels/fetch.hpp>
#include <transfix/simd/batch.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

/// The extents and memory layout of a product of matrices.
///   c(m, n) (+)= sum over k of a(m, k) b(k, n),   m < Rows, n < Columns, k < Depth
/// Operands are read at any two strides, of which one of a's is 1, so transposed operands need no copy of their own.
struct Product {
  Index rows, columns, depth;
  Index a_row, a_depth;     // a(m, k) = a[m * a_row + k * a_depth]
  Index b_depth, b_column;  // b(k, n) = b[k * b_depth + n * b_column]
  Index c_row;              // c(m, n) = c[m * c_row + n]
};

namespace detail {

// One register tile: c[Rows, columns] (+)= a b over `depth` steps, columns in Vectors vectors, the last of them Partial
// or not. With RowsOfA the numbers of a row of a are neighbours and rows lie a_stride apart, otherwise it is so with
// columns. One address serves three rows, as a CPU adds a stride or its double to it for nothing. Meanwhile `fetching`
// asks for what comes next.
template <class Scalar, Index Rows, Index Vectors, bool Partial, bool RowsOfA>
TRANSFIX_INLINE void tile(const Scalar* __restrict a, Index a_stride, const Scalar* __restrict b, Index b_depth,
                          Scalar* __restrict c, Index c_row, Index columns, Index depth, bool accumulate,
                          FetchWithinTiles<Scalar>& fetching) {
  const Scalar* every_third_row[(Rows + 2) / 3];
#pragma GCC unroll 8
  for (Index i = 0; i < (Rows + 2) / 3; ++i) every_third_row[i] = a + 3 * i * (RowsOfA ? a_stride : 1);
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>;
  Vector sum[Rows][Vectors];
#pragma GCC unroll 32
  for (Index row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (Index j = 0; j < Vectors; ++j) sum[row][j] = Vector(Scalar(0));
  }
  const auto step = [&](Index k) {
    Vector right[Vectors];
#pragma GCC unroll 8
    for (Index j = 0; j < Vectors; ++j) right[j] = simd::load<Vector>(b + k * b_depth + j * width);
#pragma GCC unroll 32
    for (Index row = 0; row < Rows; ++row) {
      const Vector left(RowsOfA ? every_third_row[row / 3][row % 3 * a_stride + k] : a[row + k * a_stride]);
#pragma GCC unroll 8
      for (Index j = 0; j < Vectors; ++j) sum[row][j] = simd::multiply_add(left, right[j], sum[row][j]);
    }
  };
  Index k = 0;
  for (; k + 2 <= depth; k += 2) {
    // Hides k from the vectorizer of GCC 12, whose code for plain numbers reads behind the last row.
    if constexpr (width == 1) asm("" : "+r"(k));
    if constexpr (width > 1) fetching.next_line();
    step(k);
    if constexpr (width > 1 && RowsOfA) fetching.next_line_of_left();
    step(k + 1);
  }
  if (k < depth) step(k);
#pragma GCC unroll 32
  for (Index row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (Index j = 0; j < Vectors; ++j) {
      Scalar* out = c + row * c_row + j * width;
      if (Partial && j == Vectors - 1) {
        Scalar lanes[width];
        simd::store(sum[row][j], lanes);
        for (Index lane = 0; lane < columns % width; ++lane)
          out[lane] = accumulate ? out[lane] + lanes[lane] : lanes[lane];
      } else {
        simd::store(accumulate ? simd::load<Vector>(out) + sum[row][j] : sum[row][j], out);
      }
    }
  }
}

// From one row of a to the next, or from one column to the next where rows are neighbours.
template <Product Size>
inline constexpr Index a_stride = [] {
  static_assert(Size.a_row == 1 || Size.a_depth == 1,
                "a product reads its left matrix by rows or by columns without gaps between their numbers");
  return Size.a_depth == 1 ? Size.a_row : Size.a_depth;
}();

// Where `columns` columns of b lie, from n on, of the `depth` rows from k on: in the lines that are neighbours in
// memory.
template <class Scalar>
Lines<Scalar> lines_of_panel(const Product& size, const Scalar* b, Index k, Index depth, Index n, Index columns) {
  const Scalar* const from = b + k * size.b_depth + n * size.b_column;
  if (size.b_column == 1) return {from, size.b_depth, depth, columns};
  return {from, size.b_column, columns, depth};
}

// What a panel of tiles asks for while it computes.
template <class Scalar>
struct Wanted {
  bool results = false, left = false;  // lines of c; rows of a, where this is the first panel that meets them
  Lines<Scalar> next_panel;
};

// All rows of one panel of columns: `rows` in tiles of TileRows, then a tile of RestRows. Of a product's sizes only
// those that shape the registers of a tile are template parameters, so that products share the code.
template <class Scalar, Index TileRows, Index RestRows, Index Vectors, bool Partial, bool RowsOfA>
[[gnu::noinline]] void panel_of_tiles(const Scalar* a, Index a_stride, const Scalar* b, Index b_depth, Scalar* c,
                                      Index c_row, Index rows, Index columns, Index depth, bool accumulate,
                                      const Wanted<Scalar>& wanted) {
  using Fetch = FetchLineByLine<Scalar>;
  const Index a_row = RowsOfA ? a_stride : 1;
  FetchWithinTiles<Scalar> fetching;
  fetching.next_panel = Fetch(wanted.next_panel);
  // The hardware guesses which columns come next.
  if (RowsOfA && wanted.left && rows > TileRows)
    fetching.left = Fetch({a + TileRows * a_row, a_row, rows - TileRows, depth});
  Index row = 0;
  for (; row < rows; row += TileRows) {
    if (wanted.results) fetching.results = Fetch({c + row * c_row, c_row, TileRows, columns});
    tile<Scalar, TileRows, Vectors, Partial, RowsOfA>(a + row * a_row, a_stride, b, b_depth, c + row * c_row, c_row,
                                                      columns, depth, accumulate, fetching);
  }
  if constexpr (RestRows != 0) {
    tile<Scalar, RestRows, Vectors, Partial, RowsOfA>(a + row * a_row, a_stride, b, b_depth, c + row * c_row, c_row,
                                                      columns, depth, accumulate, fetching);
  }
}

// Hands the first rows and columns of a tile that was computed aside, `stride` wide, on to c.
template <class Scalar>
void keep_part(const Scalar* tile, Index stride, Scalar* c, Index c_row, Index rows, Index columns, bool accumulate) {
  for (Index m = 0; m < rows; ++m) {
    for (Index n = 0; n < columns; ++n) {
      Scalar& sum = c[m * c_row + n];
      sum = accumulate ? sum + tile[m * stride + n] : tile[m * stride + n];
    }
  }
}

}  // namespace detail
}  // namespace transfix::inline TRANSFIX_ABI::kernels
