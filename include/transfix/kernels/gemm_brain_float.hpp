// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/gemm_brain_float_tiles.hpp>
#include <transfix/kernels/gemm_tile.hpp>
#include <transfix/simd/brain_float.hpp>
#include <transfix/simd/transpose.hpp>
#include <type_traits>

// With TRANSFIX_BFLOAT16, larger products of floats round their operands to bfloat16 and add in float: twice as many
// multiplications a cycle, or more with tiles. Both operands are copied to pairs along the sum, block by block; numbers
// in memory stay floats, so that nothing else changes.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

template <class Scalar, Product Size>
inline constexpr bool goes_by_brain_floats =
#if TRANSFIX_BFLOAT16
    std::is_same_v<Scalar, float>&& Size.rows >= 16 && Size.columns >= 32 && Size.depth >= 32 &&
    Size.rows* Size.columns* Size.depth >= 256 * 1024 && (Size.a_row == 1 || Size.a_depth == 1) &&
    (Size.b_depth == 1 || Size.b_column == 1);
#else
    false;
#endif

template <Product Size>
struct BrainFloats;
#if TRANSFIX_BFLOAT16_TILES
template <Product Size>
struct BrainFloats {
  static constexpr Index scratch = TileProducts::scratch(Size);

  static void multiply(const float* a, const float* b, float* c, bool accumulate, float* memory) {
    TileProducts::multiply<Size>(a, b, c, accumulate, memory);
  }
};
#elif TRANSFIX_BFLOAT16
template <Product Size>
struct BrainFloats {
  using Pair = std::uint32_t;
  static constexpr Index lanes = simd::Pairs::lanes;
  static constexpr Index vectors_of_row = (Size.columns + lanes - 1) / lanes;
  static constexpr Index vectors = vectors_of_row % 3 != 0 && vectors_of_row % 2 == 0 ? 2 : 3;
  static constexpr Index panel = vectors * lanes;
  static constexpr Index tile_rows = vectors == 3 ? 8 : 12;

  // Of a sum, blocks of nearly equal depth. A block of a stays in the second cache, a panel of b in the first.
  static constexpr Index blocks = (Size.depth + 255) / 256;
  static constexpr Index pairs = ((Size.depth + blocks - 1) / blocks + 1) / 2, depth = 2 * pairs;
  static constexpr Index rows = std::min((Size.rows + tile_rows - 1) / tile_rows * tile_rows, Index{384});
  static constexpr Index a_row = Size.a_depth == 1 ? pairs : 1, a_pair = Size.a_depth == 1 ? 1 : rows;
  static constexpr Index scratch = rows * pairs + 2 * panel * pairs;

  static void multiply(const float* a, const float* b, float* c, bool accumulate, float* memory) {
    auto* const packed_a = reinterpret_cast<Pair*>(memory);
    auto* const packed_b = packed_a + rows * pairs;
    auto* const turned = packed_b + panel * pairs;  // a panel of b, before it is transposed
    for (Index k = 0; k < Size.depth; k += depth) {
      const Index count = std::min(depth, Size.depth - k);
      const auto lines_from = [&](Index n) {
        return lines_of_panel(Size, b, k, count, n, std::min(panel, Size.columns - n));
      };
      for (Index m = 0; m < Size.rows; m += rows) {
        const Index height = std::min(rows, Size.rows - m);
        pack_a(a + m * Size.a_row + k * Size.a_depth, count, height, packed_a);
        for (Index n = 0; n < Size.columns; n += panel) {
          const Index width = std::min(panel, Size.columns - n);
          pack_b(lines_from(n).from, count, width, packed_b, turned);
          sweep(packed_a, packed_b, c + m * Size.c_row + n, (count + 1) / 2, height, width, accumulate || k > 0,
                n + panel < Size.columns ? lines_from(n + panel) : Lines<float>{});
        }
      }
    }
  }

 private:
  static constexpr Index rest_of_rows = Size.rows % tile_rows == 0 ? tile_rows : Size.rows % tile_rows;

  // A panel of b meets all tiles of a block of a; meanwhile what the next panel is made of comes to the cache.
  static void sweep(const Pair* a, const Pair* b, float* c, Index count, Index height, Index width, bool accumulate,
                    const Lines<float>& next) {
    using Fetch = FetchLineByLine<float>;
    FetchWithinTiles<float> fetching;
    fetching.next_panel = Fetch(next);
    for (Index row = 0; row < height; row += tile_rows) {
      float* const target = c + row * Size.c_row;
      fetching.results = Fetch({target, Size.c_row, std::min(tile_rows, height - row), width});
      if (row + tile_rows <= height) {
        tile<tile_rows>(a + row * a_row, b, target, count, width, accumulate, fetching);
      } else {
        tile<rest_of_rows>(a + row * a_row, b, target, count, width, accumulate, fetching);
      }
    }
  }

  // Rows that lie far apart are asked for a few rows ahead.
  static constexpr Index ahead = 8;

  static void pack_a(const float* a, Index count, Index height, Pair* packed) {
    if constexpr (Size.a_depth == 1) {
      for (Index row = 0; row < height; ++row) {
        if (row + ahead < height) fetch(a + (row + ahead) * Size.a_row, count);
        pack_row(a + row * Size.a_row, count, packed + row * a_row);
      }
    } else {
      for (Index pair = 0; 2 * pair < count; ++pair) {
        const float* const upper = a + 2 * pair * Size.a_depth;
        const float* const lower = 2 * pair + 1 < count ? upper + Size.a_depth : nullptr;
        for (Index row = 2 * pair + ahead; row < std::min(2 * pair + ahead + 2, count); ++row)
          fetch(a + row * Size.a_depth, height);
        for (Index row = 0; row < height; row += lanes) {
          store(simd::pairs_of_rows(upper + row, lower == nullptr ? nullptr : lower + row, height - row),
                packed + pair * a_pair + row, rows - row);
        }
      }
    }
  }

  // A panel [pairs, panel].
  static void pack_b(const float* b, Index count, Index width, Pair* packed, [[maybe_unused]] Pair* turned) {
    if constexpr (Size.b_column == 1) {
      for (Index pair = 0; 2 * pair < count; ++pair) {
        const float* const upper = b + 2 * pair * Size.b_depth;
        const float* const lower = 2 * pair + 1 < count ? upper + Size.b_depth : nullptr;
        for (Index column = 0; column < panel; column += lanes) {
          simd::pairs_of_rows(upper + column, lower == nullptr ? nullptr : lower + column, width - column)
              .store(packed + pair * panel + column);
        }
      }
    } else {
      for (Index column = 0; column < width; ++column) {
        pack_row(b + column * Size.b_column, count, turned + column * pairs);
      }
      simd::transpose(turned, pairs, packed, panel, width, (count + 1) / 2);
    }
  }

  static void pack_row(const float* x, Index count, Pair* packed) {
    for (Index k = 0; k < count; k += 2 * lanes) {
      store(simd::pairs_of_neighbours(x + k, count - k), packed + k / 2, pairs - k / 2);
    }
  }
  // All pairs, or as many as there is room for.
  static void store(simd::Pairs values, Pair* to, Index room) {
    if (room >= lanes) {
      values.store(to);
    } else {
      Pair all[lanes];
      values.store(all);
      std::copy_n(all, room, to);
    }
  }

  template <Index Rows>
  TRANSFIX_INLINE static void tile(const Pair* a, const Pair* b, float* c, Index count, Index width, bool accumulate,
                                   FetchWithinTiles<float>& fetching) {
    simd::PairSum sum[Rows][vectors];
    const auto step = [&](Index pair) {
      simd::Pairs right[vectors];
#pragma GCC unroll 3
      for (Index j = 0; j < vectors; ++j) right[j] = simd::Pairs::load(b + pair * panel + j * lanes);
#pragma GCC unroll 12
      for (Index row = 0; row < Rows; ++row) {
        const auto left = simd::Pairs::broadcast(a[row * a_row + pair * a_pair]);
#pragma GCC unroll 3
        for (Index j = 0; j < vectors; ++j) sum[row][j].add(left, right[j]);
      }
    };
    // Both requests before two steps, as g++ 12 otherwise keeps a sum in memory.
    Index pair = 0;
    for (; pair + 2 <= count; pair += 2) {
      fetching.next_line();
      fetching.next_line();
      step(pair);
      step(pair + 1);
    }
    if (pair < count) step(pair);
#pragma GCC unroll 12
    for (Index row = 0; row < Rows; ++row) {
#pragma GCC unroll 3
      for (Index j = 0; j < vectors; ++j)
        sum[row][j].store(c + row * Size.c_row + j * lanes, width - j * lanes, accumulate);
    }
  }
};
#endif

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
