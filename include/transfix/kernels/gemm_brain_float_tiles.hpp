// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/gemm_tile.hpp>
#include <transfix/simd/brain_float.hpp>
#include <transfix/simd/transpose.hpp>

// Products in bfloat16 on a CPU with tile registers (Intel AMX), whose one instruction multiplies two squares of 16
// rows of 16 pairs: sixteen times as many operations a cycle as in float. What takes time is to bring operands there.
// Blocks of a and panels of b are rounded and copied to squares, in the order in which they are read.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

#if TRANSFIX_BFLOAT16_TILES
class TileProducts {
  using Pair = std::uint32_t;
  static constexpr Index side = simd::Tiles::side, numbers = simd::Tiles::numbers;
  static constexpr Index step = 2 * side;  // numbers along the sum in a tile; rows and columns multiplied at once

  static constexpr Index steps(Index count) { return (count + step - 1) / step; }
  // A panel of b stays in the first cache, a block of a in the second.
  static constexpr Index depth_of_block(Index depth) { return std::min(steps(depth) * step, Index{512}); }
  static constexpr Index rows_of_block(Index rows) { return std::min(steps(rows) * step, Index{1024}); }

 public:
  static constexpr Index scratch(Product size) {
    return (rows_of_block(size.rows) + step) * depth_of_block(size.depth) / 2;
  }

  template <Product Size>
  static void multiply(const float* a, const float* b, float* c, bool accumulate, float* memory) {
    multiply_blocks<Size.a_depth == 1, Size.b_depth == 1>(Size, a, b, c, accumulate, memory);
  }

 private:
  // SumsInA: neighbours in memory are neighbours along the sum; otherwise they are rows of c. SumsInB likewise.
  template <bool SumsInA, bool SumsInB>
  [[gnu::noinline]] static void multiply_blocks(Product size, const float* a, const float* b, float* c, bool accumulate,
                                                float* memory) {
    const simd::Tiles tiles;
    const Index depth = depth_of_block(size.depth), rows = rows_of_block(size.rows);
    auto* const packed_b = reinterpret_cast<Pair*>(memory);
    auto* const packed_a = packed_b + step * depth / 2;
    for (Index k = 0; k < size.depth; k += depth) {
      const Index count = std::min(depth, size.depth - k), deep = steps(count);
      for (Index m = 0; m < size.rows; m += rows) {
        const Index height = std::min(rows, size.rows - m);
        pack<SumsInA, !SumsInA>(a + m * size.a_row + k * size.a_depth, SumsInA ? size.a_row : size.a_depth, count,
                                height, packed_a);
        for (Index n = 0; n < size.columns; n += step) {
          const Index width = std::min(step, size.columns - n);
          pack<SumsInB, SumsInB>(b + k * size.b_depth + n * size.b_column, SumsInB ? size.b_column : size.b_depth,
                                 count, width, packed_b);
          for (Index row = 0; row < height; row += step) {
            const Pair* const left = packed_a + row / side * deep * numbers;
            float* const target = c + (m + row) * size.c_row + n;
            const bool adds = accumulate || k > 0;
            if (row + step <= height && width == step) {
              tiles.multiply(left, packed_b, deep, target, size.c_row, adds);
            } else {
              float part[step * step];
              tiles.multiply(left, packed_b, deep, part, step, false);
              keep_part(part, step, target, size.c_row, std::min(step, height - row), width, adds);
            }
          }
        }
      }
    }
  }

  // Rounds an operand of `count` numbers along the sum and `width` rows or columns of c to tiles: for each 16 of these,
  // of which there is an even number, all tiles along the sum. What lies `stride` apart in memory are lines.
  template <bool SumsInLines, bool Turned>
  static void pack(const float* from, Index stride, Index count, Index width, Pair* tiles) {
    const Index deep = steps(count), columns = 2 * steps(width);
    const auto pack_one = [&](Index column, Index k) {
      Pair* const tile = tiles + (column * deep + k) * numbers;
      const float* const source =
          from + (SumsInLines ? column * side * stride + k * step : k * step * stride + column * side);
      const Index sums = count - k * step, places = width - column * side;  // that the operand still has
      const Index lines = std::clamp(SumsInLines ? places : (sums + 1) / 2, Index{0}, side);
      Pair square[Turned ? numbers : 1];
      Pair* const target = Turned ? square : tile;
      for (Index line = 0; line < lines; ++line) {
        if constexpr (SumsInLines) {
          simd::pairs_of_neighbours(source + line * stride, sums).store(target + line * side);
        } else {
          const float* const upper = source + 2 * line * stride;
          simd::pairs_of_rows(upper, 2 * line + 1 < sums ? upper + stride : nullptr, places)
              .store(target + line * side);
        }
      }
      std::fill(target + lines * side, target + numbers, Pair{0});
      if constexpr (Turned) simd::transpose(square, side, tile, side, side, side);
    };
    // In the order of memory.
    if constexpr (SumsInLines) {
      for (Index column = 0; column < columns; ++column) {
        for (Index k = 0; k < deep; ++k) pack_one(column, k);
      }
    } else {
      for (Index k = 0; k < deep; ++k) {
        for (Index column = 0; column < columns; ++column) pack_one(column, k);
      }
    }
  }
};
#endif

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
