// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/kernels/fetch.hpp>
#include <transfix/kernels/gemm_brain_float.hpp>
#include <transfix/kernels/gemm_packed.hpp>
#include <transfix/kernels/gemm_rows.hpp>
#include <transfix/kernels/gemm_turned.hpp>
#include <transfix/simd/transpose.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::kernels {

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
  // What stays in the second cache, in numbers.
  static constexpr Index cached = 64 * 1024;
  // A large result of a short sum, such as the gradient of a large weight, is swept row by row, so that its memory is
  // met in order; b is then cut into chunks of columns that stay in cache.
  static constexpr bool rows_first =
      !packs_all && Size.depth <= depth_block && whole_columns > 0 && Size.rows* Size.columns > 2 * cached;
  static constexpr Index chunk = std::max(cached / Size.depth / panel, Index{1}) * panel;
  // Many rows pay for asking for results and for the next panel of b while a panel is multiplied: large weights,
  // results of the forward pass and sums of gradients come from afar, and rows of b lie too far apart for the
  // hardware's guesses.
  static constexpr Index size_of_b = Size.depth * Size.columns;
  static constexpr bool fetches = width > 1 && (Size.rows >= 4 * rows) && (size_of_b >= 8 * 1024);
  static constexpr Index scratch =
      packs_rest ? (Size.depth < depth_block ? Size.depth : depth_block) * panel : Index{0};
};

template <class Scalar, Product Size, Index Columns>
TRANSFIX_INLINE void panel(const Scalar* a, const Scalar* b, Index b_depth, Scalar* c, Index depth, bool accumulate,
                           const Wanted<Scalar>& wanted = {}) {
  constexpr Index tile_rows = std::min(Tiling<Scalar, Size>::rows, Size.rows), rest = Size.rows % tile_rows;
  constexpr Index width = simd::lanes<Scalar>, vectors = (Columns + width - 1) / width;
  panel_of_tiles<Scalar, tile_rows, rest, vectors, Columns % width != 0, Size.a_depth == 1>(
      a, a_stride<Size>, b, b_depth, c, Size.c_row, Size.rows - rest, Columns, depth, accumulate, wanted);
}

// All whole panels of one row of tiles after the other.
template <class Scalar, Product Size>
void sweep_rows(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate) {
  using Tiling = Tiling<Scalar, Size>;
  constexpr Index rows = Tiling::rows < Size.rows ? Tiling::rows : Size.rows, rest = Size.rows % rows;
  for (Index begin = 0; begin < Tiling::whole_columns; begin += Tiling::chunk) {
    const Index end = std::min(begin + Tiling::chunk, Tiling::whole_columns);
    const auto sweep = [&]<Index Rows>(std::integral_constant<Index, Rows>, Index row) {
      for (Index column = begin; column < end; column += Tiling::panel) {
        Scalar* const target = c + row * Size.c_row + column;
        FetchWithinTiles<Scalar> fetching;
        fetching.results = FetchLineByLine<Scalar>({target, Size.c_row, Rows, Tiling::panel});
        tile<Scalar, Rows, Tiling::vectors, false, Size.a_depth == 1>(a + row * Size.a_row, a_stride<Size>, b + column,
                                                                      Size.b_depth, target, Size.c_row, Tiling::panel,
                                                                      Size.depth, accumulate, fetching);
      }
    };
    Index row = 0;
    for (; row + rows <= Size.rows; row += rows) sweep(std::integral_constant<Index, rows>{}, row);
    if constexpr (rest != 0) sweep(std::integral_constant<Index, rest>{}, row);
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

// b in panels of columns, copied where its columns are no neighbours.
template <class Scalar, Product Size>
void multiply_by_panels(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate,
                        [[maybe_unused]] Scalar* scratch) {
  using Tiling = Tiling<Scalar, Size>;
  for (Index k = 0; k < Size.depth; k += Tiling::depth_block) {
    const Index depth = Size.depth - k < Tiling::depth_block ? Size.depth - k : Tiling::depth_block;
    const bool adds = accumulate || k > 0;
    const Scalar* left = a + k * Size.a_depth;
    const Scalar* right = b + k * Size.b_depth;
    if constexpr (Tiling::rows_first) {
      sweep_rows<Scalar, Size>(left, right, c, adds);
    } else if constexpr (Tiling::whole_columns > 0) {
      for (Index column = 0; column < Tiling::whole_columns; column += Tiling::panel) {
        const Scalar* const source = right + column * Size.b_column;
        Wanted<Scalar> wanted;
        if constexpr (Tiling::fetches) {
          const bool last = column + Tiling::panel >= Tiling::whole_columns;
          const Index next_k = last ? k + Tiling::depth_block : k, next_column = last ? 0 : column + Tiling::panel;
          wanted = {.results = true, .left = column == 0, .next_panel = {}};
          const Index next_depth = std::min(Tiling::depth_block, Size.depth - next_k);
          if (next_depth > 0)
            wanted.next_panel = lines_of_panel(Size, b, next_k, next_depth, next_column, Tiling::panel);
        }
        if constexpr (Tiling::packs_all) {
          pack<Scalar, Size>(source, depth, Tiling::panel, scratch, Tiling::panel);
          panel<Scalar, Size, Tiling::panel>(left, scratch, Tiling::panel, c + column, depth, adds, wanted);
        } else {
          panel<Scalar, Size, Tiling::panel>(left, source, Size.b_depth, c + column, depth, adds, wanted);
        }
      }
    }
    if constexpr (Tiling::rest > 0) {
      const Scalar* source = right + Tiling::whole_columns * Size.b_column;
      Scalar* target = c + Tiling::whole_columns;
      if constexpr (Tiling::packs_rest) {
        constexpr Index stride = (Tiling::rest + Tiling::width - 1) / Tiling::width * Tiling::width;
        pack<Scalar, Size>(source, depth, Tiling::rest, scratch, stride);
        panel<Scalar, Size, Tiling::rest>(left, scratch, stride, target, depth, adds);
      } else {
        panel<Scalar, Size, Tiling::rest>(left, source, Size.b_depth, target, depth, adds);
      }
    }
  }
}
}  // namespace detail

/// How many scalars of scratch memory `multiply` needs.
template <class Scalar, Product Size>
inline constexpr Index product_scratch = [] {
  if constexpr (detail::goes_by_brain_floats<Scalar, Size>) {
    return detail::BrainFloats<Size>::scratch;
  } else if constexpr (detail::goes_by_dots<Scalar, Size> || detail::goes_by_rows<Scalar, Size>) {
    return Index{0};
  } else if constexpr (detail::goes_packed<Scalar, Size>) {
    return detail::Packed<Scalar>::scratch(Size);
  } else if constexpr (detail::goes_turned<Scalar, Size>) {
    return detail::Turned<Scalar, Size>::scratch;
  } else {
    return detail::Tiling<Scalar, Size>::scratch;
  }
}();

/// c = a b, or c += a b where `accumulate` is set. The order of every sum depends on the product's extents only.
template <class Scalar, Product Size>
void multiply(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate, [[maybe_unused]] Scalar* scratch) {
  if constexpr (detail::goes_by_brain_floats<Scalar, Size>) {
    detail::BrainFloats<Size>::multiply(a, b, c, accumulate, scratch);
  } else if constexpr (detail::goes_by_dots<Scalar, Size>) {
    detail::multiply_by_dots<Scalar, Size>(a, b, c, accumulate);
  } else if constexpr (detail::goes_by_rows<Scalar, Size>) {
    detail::multiply_by_rows<Scalar, Size>(a, b, c, accumulate);
  } else if constexpr (detail::goes_packed<Scalar, Size>) {
    detail::Packed<Scalar>::template multiply<Size>(a, b, c, accumulate, scratch);
  } else if constexpr (detail::goes_turned<Scalar, Size>) {
    detail::multiply_turned<Scalar, Size>(a, b, c, accumulate, scratch);
  } else {
    detail::multiply_by_panels<Scalar, Size>(a, b, c, accumulate, scratch);
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
