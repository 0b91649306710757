// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/simd/transpose.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

/// The extents and memory layout of a product of matrices.
///   c(m, n) (+)= sum over k of a(m, k) b(k, n),   m < Rows, n < Columns, k < Depth
/// Each operand is read at any two strides, so transposed operands need no copy of their own.
struct Product {
  Index rows, columns, depth;
  Index a_row, a_depth;     // a(m, k) = a[m * a_row + k * a_depth]
  Index b_depth, b_column;  // b(k, n) = b[k * b_depth + n * b_column]
  Index c_row;              // c(m, n) = c[m * c_row + n]
};

namespace detail {

/// How a product is cut into register tiles and blocks that stay in cache.
template <class Scalar, Product Size>
struct Tiling {
  static constexpr Index width = simd::lanes<Scalar>;
  static constexpr Index vectors_of_row = (Size.columns + width - 1) / width;

  // With 32 registers 8 x 3 or 12 x 2 accumulators reach the FMA peak; with 16 registers 6 x 2.
  // A product of one or two rows streams b and wants many columns at once.
  static constexpr Index wanted = Size.rows <= 2            ? 8
                                  : simd::registers == 16   ? 2
                                  : vectors_of_row % 3 == 0 ? 3
                                  : vectors_of_row % 2 == 0 ? 2
                                                            : 3;
  static constexpr Index vectors = wanted < vectors_of_row ? wanted : vectors_of_row;
  static constexpr Index rows = simd::registers == 16 ? (width == 1         ? 4
                                                         : 12 / vectors > 6 ? 6
                                                                            : 12 / vectors)
                                : vectors >= 3        ? (vectors > 3 ? 2 : 8)
                                                      : 12;
  static constexpr Index panel = vectors * width;                       // columns of a whole panel
  static constexpr Index whole_columns = Size.columns / panel * panel;  // columns in whole panels
  static constexpr Index rest = Size.columns - whole_columns;
  static constexpr bool packs_all = Size.b_column != 1;
  static constexpr bool packs_rest = packs_all || (rest % width != 0 && width > 1);
  static constexpr Index depth_block = packs_all ? 128 : 256;
  static constexpr Index scratch =
      packs_rest ? (Size.depth < depth_block ? Size.depth : depth_block) * panel : Index{0};
};

// One register tile: c[Rows, Columns] (+)= a b over `depth` steps. The last vector may be partial.
template <class Scalar, Index Rows, Index Columns, Index ARow, Index ADepth, Index CRow>
TRANSFIX_INLINE void tile(const Scalar* __restrict a, const Scalar* __restrict b, Index b_depth, Scalar* __restrict c,
                          Index depth, bool accumulate) {
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>, vectors = (Columns + width - 1) / width, partial = Columns % width;
  Vector sum[Rows][vectors];
#pragma GCC unroll 32
  for (Index row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (Index j = 0; j < vectors; ++j) sum[row][j] = Vector(Scalar(0));
  }
#pragma GCC unroll 4
  for (Index k = 0; k < depth; ++k) {
    Vector right[vectors];
#pragma GCC unroll 8
    for (Index j = 0; j < vectors; ++j) right[j] = simd::load<Vector>(b + k * b_depth + j * width);
#pragma GCC unroll 32
    for (Index row = 0; row < Rows; ++row) {
      const Vector left(a[row * ARow + k * ADepth]);
#pragma GCC unroll 8
      for (Index j = 0; j < vectors; ++j) sum[row][j] = simd::multiply_add(left, right[j], sum[row][j]);
    }
  }
#pragma GCC unroll 32
  for (Index row = 0; row < Rows; ++row) {
#pragma GCC unroll 8
    for (Index j = 0; j < vectors; ++j) {
      Scalar* out = c + row * CRow + j * width;
      if (partial != 0 && j == vectors - 1) {
        Scalar lanes[width];
        simd::store(sum[row][j], lanes);
        for (Index lane = 0; lane < partial; ++lane) out[lane] = accumulate ? out[lane] + lanes[lane] : lanes[lane];
      } else {
        simd::store(accumulate ? simd::load<Vector>(out) + sum[row][j] : sum[row][j], out);
      }
    }
  }
}

// All rows of one panel of columns.
template <class Scalar, Product Size, Index Columns>
void panel(const Scalar* a, const Scalar* b, Index b_depth, Scalar* c, Index depth, bool accumulate) {
  constexpr Index rows = Tiling<Scalar, Size>::rows < Size.rows ? Tiling<Scalar, Size>::rows : Size.rows;
  constexpr Index rest = Size.rows % rows;
  Index row = 0;
  for (; row + rows <= Size.rows; row += rows) {
    tile<Scalar, rows, Columns, Size.a_row, Size.a_depth, Size.c_row>(a + row * Size.a_row, b, b_depth,
                                                                      c + row * Size.c_row, depth, accumulate);
  }
  if constexpr (rest != 0) {
    tile<Scalar, rest, Columns, Size.a_row, Size.a_depth, Size.c_row>(a + row * Size.a_row, b, b_depth,
                                                                      c + row * Size.c_row, depth, accumulate);
  }
}

// Copies `columns` columns of b to rows of `stride` numbers, filled up with zeros.
template <class Scalar, Product Size>
void pack(const Scalar* b, Index depth, Index columns, Scalar* packed, Index stride) {
  if constexpr (Size.b_depth == 1 && Size.b_column != 1) {
    simd::transpose(b, Size.b_column, packed, stride, columns, depth);
  } else {
    for (Index k = 0; k < depth; ++k) {
      for (Index n = 0; n < columns; ++n) packed[k * stride + n] = b[k * Size.b_depth + n * Size.b_column];
    }
  }
  for (Index k = 0; k < depth && columns < stride; ++k) {
    for (Index n = columns; n < stride; ++n) packed[k * stride + n] = Scalar(0);
  }
}
}  // namespace detail

/// How many scalars of scratch memory `multiply` needs.
template <class Scalar, Product Size>
inline constexpr Index product_scratch = detail::Tiling<Scalar, Size>::scratch;

/// c = a b, or c += a b where `accumulate` is set. Every sum is taken in order of k.
template <class Scalar, Product Size>
void multiply(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate, [[maybe_unused]] Scalar* scratch) {
  using Tiling = detail::Tiling<Scalar, Size>;
  for (Index k = 0; k < Size.depth; k += Tiling::depth_block) {
    const Index depth = Size.depth - k < Tiling::depth_block ? Size.depth - k : Tiling::depth_block;
    const bool adds = accumulate || k > 0;
    const Scalar* left = a + k * Size.a_depth;
    const Scalar* right = b + k * Size.b_depth;
    if constexpr (Tiling::whole_columns > 0) {
      for (Index column = 0; column < Tiling::whole_columns; column += Tiling::panel) {
        const Scalar* source = right + column * Size.b_column;
        if constexpr (Tiling::packs_all) {
          detail::pack<Scalar, Size>(source, depth, Tiling::panel, scratch, Tiling::panel);
          detail::panel<Scalar, Size, Tiling::panel>(left, scratch, Tiling::panel, c + column, depth, adds);
        } else {
          detail::panel<Scalar, Size, Tiling::panel>(left, source, Size.b_depth, c + column, depth, adds);
        }
      }
    }
    if constexpr (Tiling::rest > 0) {
      const Scalar* source = right + Tiling::whole_columns * Size.b_column;
      Scalar* target = c + Tiling::whole_columns;
      if constexpr (Tiling::packs_rest) {
        constexpr Index stride = (Tiling::rest + Tiling::width - 1) / Tiling::width * Tiling::width;
        detail::pack<Scalar, Size>(source, depth, Tiling::rest, scratch, stride);
        detail::panel<Scalar, Size, Tiling::rest>(left, scratch, stride, target, depth, adds);
      } else {
        detail::panel<Scalar, Size, Tiling::rest>(left, source, Size.b_depth, target, depth, adds);
      }
    }
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
