// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/fetch.hpp>
#include <transfix/kernels/gemm_tile.hpp>
#include <transfix/simd/transpose.hpp>

// Products whose operands are copied, block by block, to the order in which the register tile reads them (Goto & van de
// Geijn 2008). With 16 registers a tile is narrow and takes one line of a row of b; lines that lie a row apart fall
// into few sets of a cache and each into another page, and a product without copies runs at half the speed. With 32
// registers copies pay where the result is large, and earlier where columns of a are read, as for gradients of weights:
// their numbers lie in lines far apart, too. As all operands look alike once they are copied, the code is the same for
// products of all extents.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

template <class Scalar, Product Size>
inline constexpr bool goes_packed = [] {
  if (simd::lanes<Scalar> == 1 || Size.columns < 2 * simd::lanes<Scalar> || Size.depth < 16) return false;
  if ((Size.a_row != 1 && Size.a_depth != 1) || (Size.b_depth != 1 && Size.b_column != 1)) return false;
  // To transpose b takes more rows to pay for.
  if (simd::registers > 16)
    return Size.rows >= (Size.b_column == 1 ? 64 : 128) &&
           Size.rows * Size.columns > (Size.a_row == 1 ? 128 : 512) * 1024;
  // Few rows pay for copies only where b does not lie in the first cache.
  return Size.rows >= 64 || (Size.rows >= 24 && Size.depth * Size.columns >= 16 * 1024);
}();

template <class Scalar>
struct Packed {
  static constexpr Index width = simd::lanes<Scalar>;
  static constexpr Index tile_rows = simd::registers == 16 ? 6 : 12, panel = 2 * width;

  // Blocks of nearly equal size. A panel of b is at most as large as the first cache; a block of a is at most 512 KiB,
  // which is read as one stream from the second or third.
  static constexpr Index depth_of_block(Index depth) {
    constexpr Index largest = 256;
    const Index blocks = (depth + largest - 1) / largest;
    return (depth + blocks - 1) / blocks;
  }
  static constexpr Index rows_of_block(Index rows, Index depth) {
    const Index largest = std::max(512 * 1024 / static_cast<Index>(sizeof(Scalar)) / depth, tile_rows);
    const Index blocks = (rows + largest - 1) / largest;
    return ((rows + blocks - 1) / blocks + tile_rows - 1) / tile_rows * tile_rows;
  }

  // A tile of a is [depth, tile_rows]. Its rows are stored as whole vectors: `reach` numbers of which the next row
  // covers what is too much, and behind the last one there is room for it.
  static constexpr Index reach = (tile_rows + width - 1) / width * width;
  static constexpr Index tile_size(Index depth) { return depth * tile_rows + reach - tile_rows; }

  static constexpr Index scratch(Product size) {
    const Index depth = depth_of_block(size.depth);
    return panel * depth + rows_of_block(size.rows, depth) / tile_rows * tile_size(depth);
  }

  template <Product Size>
  static void multiply(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate, Scalar* memory) {
    multiply_blocks<Size.a_row == 1, Size.b_column == 1>(Size, a, b, c, accumulate, memory);
  }

 private:
  // ColumnsOfA: the numbers of a column of a are neighbours, otherwise those of a row; RowsOfB likewise.
  template <bool ColumnsOfA, bool RowsOfB>
  [[gnu::noinline]] static void multiply_blocks(Product size, const Scalar* a, const Scalar* b, Scalar* c,
                                                bool accumulate, Scalar* memory) {
    const Index depth = depth_of_block(size.depth), rows = rows_of_block(size.rows, depth);
    Scalar* const packed_b = memory;
    Scalar* const packed_a = memory + panel * depth;
    for (Index k = 0; k < size.depth; k += depth) {
      const Index count = std::min(depth, size.depth - k);
      for (Index m = 0; m < size.rows; m += rows) {
        const Index height = std::min(rows, size.rows - m);
        pack_a<ColumnsOfA>(a + m * size.a_row + k * size.a_depth, ColumnsOfA ? size.a_depth : size.a_row, count, height,
                           size.rows - m, packed_a);
        const auto lines_from = [&](Index n) {
          return lines_of_panel(size, b, k, count, n, std::min(panel, size.columns - n));
        };
        for (Index n = 0; n < size.columns; n += panel) {
          const Index columns = std::min(panel, size.columns - n);
          const Lines<Scalar> lines = lines_from(n),
                              next = columns < size.columns - n ? lines_from(n + panel) : Lines<Scalar>{};
          pack_b<RowsOfB>(lines.from, lines.stride, count, columns, packed_b);
          sweep(packed_a, packed_b, c + m * size.c_row + n, size.c_row, count, height, columns, accumulate || k > 0,
                next);
        }
      }
    }
  }

  // A panel of b meets all tiles of a block of a; meanwhile what the next panel is made of comes to the cache.
  // Out of line: it is the same for all forms of products.
  [[gnu::noinline]] static void sweep(const Scalar* a, const Scalar* b, Scalar* c, Index c_row, Index count,
                                      Index height, Index columns, bool accumulate, const Lines<Scalar>& next) {
    using Fetch = FetchLineByLine<Scalar>;
    FetchWithinTiles<Scalar> fetching;
    fetching.next_panel = Fetch(next);
    for (Index row = 0; row < height; row += tile_rows, a += tile_size(count), c += tile_rows * c_row) {
      const Index rows = std::min(tile_rows, height - row);
      fetching.results = Fetch({c, c_row, rows, columns});
      Scalar partial[tile_rows * panel];
      const auto multiply_by_tile = [&]<Index Rows>(std::integral_constant<Index, Rows>) {
        const bool whole = rows == Rows && columns == panel;
        tile<Scalar, Rows, panel / width, false, false>(a, tile_rows, b, panel, whole ? c : partial,
                                                        whole ? c_row : panel, panel, count, whole && accumulate,
                                                        fetching);
        return whole;
      };
      const bool whole = rows <= tile_rows / 3 ? multiply_by_tile(std::integral_constant<Index, tile_rows / 3>{})
                         : rows <= tile_rows * 2 / 3
                             ? multiply_by_tile(std::integral_constant<Index, tile_rows * 2 / 3>{})
                             : multiply_by_tile(std::integral_constant<Index, tile_rows>{});
      if (!whole) keep_part(partial, panel, c, c_row, rows, columns, accumulate);
    }
  }

  // Copies `columns` columns of b to rows of a panel, filled up with zeros.
  template <bool Rows>
  static void pack_b(const Scalar* b, Index stride, Index count, Index columns, Scalar* packed) {
    if (columns == panel) {
      if constexpr (Rows) {
        for (Index k = 0; k < count; ++k) copy<panel>(b + k * stride, packed + k * panel);
      } else {
        simd::transpose(b, stride, packed, panel, panel, count);
      }
    } else {
      for (Index k = 0; k < count; ++k) {
        for (Index n = 0; n < panel; ++n)
          packed[k * panel + n] = n < columns ? b[Rows ? k * stride + n : n * stride + k] : Scalar(0);
      }
    }
  }

  // Copies `height` rows of a to tiles, in the order in which a lies; vectors may read the rows up to `available`. As a
  // store covers what the one before wrote too much, depth ascends within a tile, and rows descend within a square.
  template <bool Columns>
  static void pack_a(const Scalar* a, Index stride, Index count, Index height, Index available, Scalar* packed) {
    constexpr Index step = std::max(Index{8}, width);
    const auto pack_steps = [&](Index row, Index k) {
      const Scalar* const source = a + (Columns ? row + k * stride : row * stride + k);
      Scalar* const target = packed + row / tile_rows * tile_size(count) + k * tile_rows;
      if (k + step <= count && row + reach <= available) {
        if constexpr (Columns) {
          for (Index i = 0; i < step; ++i) copy<reach>(source + i * stride, target + i * tile_rows);
        } else {
          for (Index i = 0; i < step; i += width) {
            for (Index r = reach - width; r >= 0; r -= width)
              simd::transpose_square(source + r * stride + i, stride, target + i * tile_rows + r, tile_rows);
          }
        }
      } else {
        const Index rows = std::min(tile_rows, height - row);
        for (Index i = 0; i < std::min(step, count - k); ++i) {
          for (Index r = 0; r < tile_rows; ++r)
            target[i * tile_rows + r] = r < rows ? source[Columns ? r + i * stride : r * stride + i] : Scalar(0);
        }
      }
    };
    if constexpr (Columns) {
      for (Index k = 0; k < count; k += step) {
        for (Index row = 0; row < height; row += tile_rows) pack_steps(row, k);
      }
    } else {
      for (Index row = 0; row < height; row += tile_rows) {
        for (Index k = 0; k < count; k += step) pack_steps(row, k);
      }
    }
  }

  template <Index Count>
  TRANSFIX_INLINE static void copy(const Scalar* from, Scalar* to) {
    using Vector = simd::Batch<Scalar>;
#pragma GCC unroll 4
    for (Index i = 0; i < Count; i += width) simd::store(simd::load<Vector>(from + i), to + i);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
