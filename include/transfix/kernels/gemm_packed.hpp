// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/fetch.hpp>
#include <transfix/kernels/gemm_tile.hpp>
#include <transfix/simd/transpose.hpp>

// Products whose operands are copied, block by block, to the order in which the register tiles read them. With vectors
// of 32 bytes or less a tile takes one line of a row of b; lines that lie a row apart fall into few sets of a cache and
// each into another page, and a product without copies runs at half the speed.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

// Copies `columns` columns of b to rows of `stride` numbers, filled up with zeros.
template <class Scalar, Product Size>
void pack_panel(const Scalar* b, Index depth, Index columns, Scalar* packed, Index stride) {
  if constexpr (Size.b_depth == 1 && Size.b_column != 1) {
    simd::transpose(b, Size.b_column, packed, stride, columns, depth);
  } else if constexpr (Size.b_column == 1) {
    for (Index k = 0; k < depth; ++k) {
      simd::for_each_lane<Scalar>(0, columns, [&](auto tag, Index n) {
        using Vector = decltype(tag);
        simd::store(simd::load<Vector>(b + k * Size.b_depth + n), packed + k * stride + n);
      });
    }
  } else {
    for (Index k = 0; k < depth; ++k) {
      for (Index n = 0; n < columns; ++n) packed[k * stride + n] = b[k * Size.b_depth + n * Size.b_column];
    }
  }
  for (Index k = 0; k < depth && columns < stride; ++k) {
    for (Index n = columns; n < stride; ++n) packed[k * stride + n] = Scalar(0);
  }
}

template <class Scalar, Product Size>
inline constexpr bool goes_packed = [] {
  if (simd::registers != 16 || simd::lanes<Scalar> == 1 || (Size.a_row != 1 && Size.a_depth != 1)) return false;
  if (Size.columns < 2 * simd::lanes<Scalar> || Size.depth < 16) return false;
  // Few rows pay for copies only where b does not lie in the first cache.
  return Size.rows >= 64 || (Size.rows >= 24 && Size.depth * Size.columns >= 16 * 1024);
}();

template <class Scalar, Product Size>
struct Packed {
  static constexpr Index width = simd::lanes<Scalar>;
  static constexpr Index tile_rows = 6, panel = 2 * width;
  // Blocks of nearly equal size: a panel of b stays in the first cache, a block of a in the second.
  static constexpr Index depth = [] {
    const Index blocks = (Size.depth + 255) / 256;
    return (Size.depth + blocks - 1) / blocks;
  }();
  static constexpr Index rows = [] {
    const Index largest = std::max(128 * 1024 / depth, tile_rows), blocks = (Size.rows + largest - 1) / largest;
    return ((Size.rows + blocks - 1) / blocks + tile_rows - 1) / tile_rows * tile_rows;
  }();
  // A tile of a, [depth, tile_rows], is written in whole vectors, of which the next one covers what is too much.
  static constexpr Index reach = (tile_rows + width - 1) / width * width;
  static constexpr Index tile_of_a = depth * tile_rows + reach - tile_rows;
  static constexpr Index scratch = rows / tile_rows * tile_of_a + panel * depth;

  static void multiply(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate, Scalar* memory) {
    Scalar* const packed_a = memory;
    Scalar* const packed_b = memory + rows / tile_rows * tile_of_a;
    for (Index k = 0; k < Size.depth; k += depth) {
      const Index count = std::min(depth, Size.depth - k);
      for (Index m = 0; m < Size.rows; m += rows) {
        const Index height = std::min(rows, Size.rows - m);
        pack_rows(a + m * Size.a_row + k * Size.a_depth, count, height, Size.rows - m, packed_a);
        const auto work = [&]<Index Columns>(std::integral_constant<Index, Columns>, Index n) {
          constexpr Index stride = (Columns + width - 1) / width * width;
          pack_panel<Scalar, Size>(b + k * Size.b_depth + n * Size.b_column, count, Columns, packed_b, stride);
          sweep<Columns>(packed_a, packed_b, c + m * Size.c_row + n, count, height, accumulate || k > 0);
        };
        Index n = 0;
        for (; n + panel <= Size.columns; n += panel) work(std::integral_constant<Index, panel>{}, n);
        if constexpr (Size.columns % panel != 0) work(std::integral_constant<Index, Size.columns % panel>{}, n);
      }
    }
  }

 private:
  static constexpr Index rest_of_rows = Size.rows % tile_rows;

  // A panel of b meets all tiles of a block of a.
  template <Index Columns>
  static void sweep(const Scalar* a, const Scalar* b, Scalar* c, Index count, Index height, bool accumulate) {
    constexpr Index stride = (Columns + width - 1) / width * width;
    const auto work = [&]<Index Rows>(std::integral_constant<Index, Rows>, Index row) {
      Scalar* const target = c + row * Size.c_row;
      for (Index r = 0; r < Rows; ++r) fetch(target + r * Size.c_row, Columns);
      tile<Scalar, Rows, Columns, 1, tile_rows, Size.c_row>(a + row / tile_rows * tile_of_a, b, stride, target, count,
                                                            accumulate);
    };
    Index row = 0;
    for (; row + tile_rows <= height; row += tile_rows) work(std::integral_constant<Index, tile_rows>{}, row);
    if constexpr (rest_of_rows != 0) {
      if (row < height) work(std::integral_constant<Index, rest_of_rows>{}, row);
    }
  }

  // Copies `height` rows of a, behind which a goes on to `available` rows, to tiles; in the order in which a lies.
  static void pack_rows(const Scalar* a, Index count, Index height, Index available, Scalar* packed) {
    constexpr Index step = std::max(width, Index{8});
    const auto pack_steps = [&](Index row, Index k) {
      const Scalar* const source = a + row * Size.a_row + k * Size.a_depth;
      Scalar* const target = packed + row / tile_rows * tile_of_a + k * tile_rows;
      if (k + step <= count && row + reach <= available) {
        pack_vectors<step>(source, target);
      } else {
        pack_numbers(source, std::min(step, count - k), std::min(tile_rows, height - row), target);
      }
    };
    if constexpr (Size.a_depth == 1) {
      for (Index row = 0; row < height; row += tile_rows) {
        for (Index k = 0; k < count; k += step) pack_steps(row, k);
      }
    } else {
      for (Index k = 0; k < count; k += step) {
        for (Index row = 0; row < height; row += tile_rows) pack_steps(row, k);
      }
    }
  }

  template <Index Steps>
  TRANSFIX_INLINE static void pack_vectors(const Scalar* a, Scalar* packed) {
    if constexpr (Size.a_row == 1) {
      using Vector = simd::Batch<Scalar>;
#pragma GCC unroll 8
      for (Index k = 0; k < Steps; ++k) {
        for (Index row = 0; row < reach; row += width)
          simd::store(simd::load<Vector>(a + k * Size.a_depth + row), packed + k * tile_rows + row);
      }
    } else {
      for (Index k = 0; k < Steps; k += width) {
        for (Index row = reach - width; row >= 0; row -= width)
          simd::transpose_square(a + row * Size.a_row + k, Size.a_row, packed + k * tile_rows + row, tile_rows);
      }
    }
  }

  static void pack_numbers(const Scalar* a, Index steps, Index height, Scalar* packed) {
    for (Index k = 0; k < steps; ++k) {
      for (Index row = 0; row < height; ++row) packed[k * tile_rows + row] = a[row * Size.a_row + k * Size.a_depth];
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
