// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/gemm_tile.hpp>
#include <transfix/simd/transpose.hpp>

// Products a b in which b lies transposed, b(k, n) = b[k + n * b_column]: logits of a tied head, gradients of inputs.
// To copy b to panels costs as much as b is large. Where a is the smaller one, the transposed product b^T a^T is
// computed instead, which reads b as it lies and copies a and the result; where a is but a few rows, sums go along b's
// rows. With 16 registers, products of many rows are packed before they come here (gemm_packed.hpp).

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

template <class Scalar, Product Size>
inline constexpr bool goes_by_dots =
    Size.b_depth == 1 && Size.b_column != 1 && Size.a_depth == 1 && Size.rows <= 4 && Size.depth >= simd::lanes<Scalar>;

template <class Scalar, Product Size>
inline constexpr bool goes_turned = [] {
  constexpr Index width = simd::lanes<Scalar>;
  if (Size.b_depth != 1 || Size.b_column == 1 || Size.rows < width || width == 1) return false;
  const double copied = static_cast<double>(Size.rows) * static_cast<double>(Size.depth + Size.columns);
  return 1.25 * copied < static_cast<double>(Size.columns) * static_cast<double>(Size.depth);
}();

template <class Scalar, Product Size>
struct Turned {
  static constexpr Index width = simd::lanes<Scalar>;
  static constexpr Index columns = (Size.rows + width - 1) / width * width;  // of a^T, filled up with zeros
  // Panels of at most 4 vectors, of nearly equal width.
  static constexpr Index all_vectors = columns / width, widest = simd::registers == 16 ? 2 : 4;
  static constexpr Index panels = (all_vectors + widest - 1) / widest;
  static constexpr Index vectors = (all_vectors + panels - 1) / panels;
  static constexpr Index panel = vectors * width;
  static constexpr Index rows = simd::registers == 16 ? 12 / vectors : 24 / vectors;  // of a tile
  // A block of b^T's rows and the part of the panel that it meets stay in the first cache.
  static constexpr Index depth_block = 96;
  static constexpr Index block = rows * ((96 + rows - 1) / rows);
  static constexpr Index scratch = columns * Size.depth + block * columns;
};

/// c^T = b^T a^T, block by block.
template <class Scalar, Product Size>
void multiply_turned(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate, Scalar* scratch) {
  using T = Turned<Scalar, Size>;
  Scalar* const right = scratch;                            // a^T, [depth, columns]
  Scalar* const block = scratch + T::columns * Size.depth;  // of c^T, [T::block, columns]
  if constexpr (Size.a_depth == 1) {
    simd::transpose(a, Size.a_row, right, T::columns, Size.rows, Size.depth);
  } else {
    for (Index k = 0; k < Size.depth; ++k) {
      for (Index m = 0; m < Size.rows; ++m) right[k * T::columns + m] = a[m * Size.a_row + k * Size.a_depth];
    }
  }
  if constexpr (T::columns != Size.rows) {
    for (Index k = 0; k < Size.depth; ++k) {
      for (Index m = Size.rows; m < T::columns; ++m) right[k * T::columns + m] = Scalar(0);
    }
  }
  const auto work = [&]<Index Rows>(std::integral_constant<Index, Rows>, Index first) {
    for (Index k = 0; k < Size.depth; k += T::depth_block) {
      const Index depth = std::min(T::depth_block, Size.depth - k);
      for (Index column = 0; column < T::columns; column += T::panel) {
        const auto tiles = [&]<Index Columns>(std::integral_constant<Index, Columns>) {
          constexpr Index rows = T::rows < Rows ? T::rows : Rows, rest = Rows % rows;
          panel_of_tiles<Scalar, rows, rest, Columns / T::width, false, true>(
              b + first * Size.b_column + k, Size.b_column, right + k * T::columns + column, T::columns, block + column,
              T::columns, Rows - rest, Columns, depth, k > 0,
              {.results = false, .left = column == 0, .next_panel = {}});
        };
        constexpr Index last = T::columns % T::panel;
        if (last == 0 || column + T::panel <= T::columns) {
          tiles(std::integral_constant<Index, T::panel>{});
        } else if constexpr (last != 0) {
          tiles(std::integral_constant<Index, last>{});
        }
      }
    }
    if (accumulate) {
      simd::transpose<true>(block, T::columns, c + first, Size.c_row, Rows, Size.rows);
    } else {
      simd::transpose(block, T::columns, c + first, Size.c_row, Rows, Size.rows);
    }
  };
  Index first = 0;
  for (; first + T::block <= Size.columns; first += T::block) work(std::integral_constant<Index, T::block>{}, first);
  if constexpr (Size.columns % T::block != 0) {
    work(std::integral_constant<Index, Size.columns % T::block>{}, first);
  }
}

// The sums of `Rows` rows of a with `Columns` rows of b^T side by side.
template <class Scalar, Product Size, Index Columns>
void dots(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate) {
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>, whole = Size.depth / width * width;
  Vector sum[Size.rows][Columns];
  for (auto& row : sum) {
    for (Vector& vector : row) vector = Vector(Scalar(0));
  }
  for (Index k = 0; k < whole; k += width) {
    Vector left[Size.rows];
#pragma GCC unroll 4
    for (Index m = 0; m < Size.rows; ++m) left[m] = simd::load<Vector>(a + m * Size.a_row + k);
#pragma GCC unroll 8
    for (Index n = 0; n < Columns; ++n) {
      const Vector right = simd::load<Vector>(b + n * Size.b_column + k);
#pragma GCC unroll 4
      for (Index m = 0; m < Size.rows; ++m) sum[m][n] = simd::multiply_add(left[m], right, sum[m][n]);
    }
  }
  for (Index m = 0; m < Size.rows; ++m) {
    for (Index n = 0; n < Columns; ++n) {
      Scalar total = simd::sum_of_lanes(sum[m][n]);
      for (Index k = whole; k < Size.depth; ++k) total += a[m * Size.a_row + k] * b[n * Size.b_column + k];
      c[m * Size.c_row + n] = accumulate ? c[m * Size.c_row + n] + total : total;
    }
  }
}

template <class Scalar, Product Size>
void multiply_by_dots(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate) {
  constexpr Index side_by_side = Size.rows <= 2 ? 8 : 4, rest = Size.columns % side_by_side;
  Index column = 0;
  for (; column + side_by_side <= Size.columns; column += side_by_side) {
    dots<Scalar, Size, side_by_side>(a, b + column * Size.b_column, c + column, accumulate);
  }
  if constexpr (rest != 0) dots<Scalar, Size, rest>(a, b + column * Size.b_column, c + column, accumulate);
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
