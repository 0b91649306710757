// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/quantized.hpp>
#include <transfix/kernels/gemm.hpp>
#include <transfix/simd/whole_numbers.hpp>

// Products with a quantized right matrix. Few rows meet the whole numbers as they are stored, in the order of memory;
// for more rows blocks of the matrix become numbers first.

namespace transfix::inline TRANSFIX_ABI::kernels {

/// The numbers of `count` rows of a quantized matrix, row-major, rows of Layout::columns.
template <class Shape, int Bits, class Scalar>
void unpack_rows(const Parameter<Shape, Quantized<Bits, Scalar>>& from, Index first, Index count, Scalar* to) {
  using Layout = QuantizedLayout<Shape, Bits>;
  for (Index row = first; row < first + count; ++row) {
    const std::uint8_t* const bytes = from.bytes + row * Layout::bytes_of_row;
    const Scalar* const scales = from.scales + row * Layout::groups;
    Scalar* const out = to + (row - first) * Layout::columns;
    simd::for_each_lane<Scalar, Layout::columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      const Index group = column / Layout::group;
      const auto whole =
          simd::load_whole_numbers<Vector, Bits>(bytes + group * Layout::bytes_of_group, column % Layout::group);
      simd::store(whole * Vector(scales[group]), out + column);
    });
  }
}

namespace detail {
template <class Scalar, class Layout>
inline constexpr bool whole_vectors =
    Layout::columns % Layout::group == 0 && Layout::group / 2 % simd::lanes<Scalar> == 0;

// Asks for what stands a while behind `Count` groups, group `group` of as many rows that begin at `bytes`, as if they
// followed each other in memory: rows that are walked down side by side are one stream there.
template <class Layout, Index Count>
TRANSFIX_INLINE void fetch_groups_ahead(const std::uint8_t* bytes, Index group) {
  if constexpr (Layout::rows * Layout::columns >= 128 * 1024) {  // otherwise it lies in a near cache
#pragma GCC unroll 8
    for (Index byte = 0; byte < Count * Layout::bytes_of_group; byte += 64) {
      fetch_ahead(bytes + group * Count * Layout::bytes_of_group + byte);
    }
  }
}

// function(std::integral_constant of a count, first) for all rows, 8 at a time.
template <class Layout>
void for_rows_side_by_side(auto&& function) {
  constexpr Index side_by_side = 8, rest = Layout::rows % side_by_side;
  Index row = 0;
  for (; row + side_by_side <= Layout::rows; row += side_by_side) {
    function(std::integral_constant<Index, side_by_side>{}, row);
  }
  if constexpr (rest != 0) function(std::integral_constant<Index, rest>{}, row);
}

// y += x b for one row x.
template <class Shape, int Bits, class Scalar>
void add_quantized_rows(const Scalar* x, const Parameter<Shape, Quantized<Bits, Scalar>>& b, Scalar* y) {
  using Layout = QuantizedLayout<Shape, Bits>;
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>;
  for_rows_side_by_side<Layout>([&]<Index Count>(std::integral_constant<Index, Count>, Index first) {
    const std::uint8_t* const bytes = b.bytes + first * Layout::bytes_of_row;
    for (Index begin = 0; begin < Layout::groups; begin += width) {
      const Index end = std::min(begin + width, Layout::groups);
      Scalar factors[Count][width];
      for (Index k = 0; k < Count; ++k) {
        const Scalar* const scales = b.scales + (first + k) * Layout::groups;
        fetch_ahead(scales + begin);
        simd::for_each_lane<Scalar>(begin, end, [&](auto tag, Index group) {
          using Lanes = decltype(tag);
          simd::store(Lanes(x[first + k]) * simd::load<Lanes>(scales + group), factors[k] + (group - begin));
        });
      }
      for (Index group = begin; group < end; ++group) {
        fetch_groups_ahead<Layout, Count>(bytes, group);
        constexpr Index vectors = std::min(Layout::group / width, Index{8});  // sums that stay in registers
        for (Index i = 0; i < Layout::group; i += vectors * width) {
          Scalar* const place = y + group * Layout::group + i;
          Vector sum[vectors];
#pragma GCC unroll 8
          for (Index j = 0; j < vectors; ++j) sum[j] = simd::load<Vector>(place + j * width);
#pragma GCC unroll 8
          for (Index k = 0; k < Count; ++k) {
            const std::uint8_t* const numbers = bytes + k * Layout::bytes_of_row + group * Layout::bytes_of_group;
            const Vector factor(factors[k][group - begin]);
#pragma GCC unroll 8
            for (Index j = 0; j < vectors; ++j) {
              const auto whole = simd::load_whole_numbers<Vector, Bits>(numbers, i + j * width);
              sum[j] = simd::multiply_add(factor, whole, sum[j]);
            }
          }
#pragma GCC unroll 8
          for (Index j = 0; j < vectors; ++j) simd::store(sum[j], place + j * width);
        }
      }
    }
  });
}

// y = x b^T for one row x.
template <class Shape, int Bits, class Scalar>
void multiply_quantized_dots(const Scalar* x, const Parameter<Shape, Quantized<Bits, Scalar>>& b, Scalar* y) {
  using Layout = QuantizedLayout<Shape, Bits>;
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>;
  for_rows_side_by_side<Layout>([&]<Index Count>(std::integral_constant<Index, Count>, Index first) {
    const std::uint8_t* const bytes = b.bytes + first * Layout::bytes_of_row;
    Vector sum[Count];
    for (Vector& one : sum) one = Vector(Scalar(0));
    for (Index group = 0; group < Layout::groups; ++group) {
      fetch_groups_ahead<Layout, Count>(bytes, group);
      fetch_ahead(b.scales + first * Layout::groups + group * Count);
#pragma GCC unroll 8
      for (Index k = 0; k < Count; ++k) {
        const std::uint8_t* const numbers = bytes + k * Layout::bytes_of_row + group * Layout::bytes_of_group;
        Vector part(Scalar(0));
#pragma GCC unroll 4
        for (Index i = 0; i < Layout::group; i += width) {
          part = simd::multiply_add(simd::load<Vector>(x + group * Layout::group + i),
                                    simd::load_whole_numbers<Vector, Bits>(numbers, i), part);
        }
        sum[k] = simd::multiply_add(part, Vector(b.scales[(first + k) * Layout::groups + group]), sum[k]);
      }
    }
    for (Index k = 0; k < Count; ++k) y[first + k] = simd::sum_of_lanes(sum[k]);
  });
}
}  // namespace detail

/// y = a b or a b^T, where b is quantized; a: Rows rows with the stride ARow, y: rows of `columns` numbers.
template <class Shape, int Bits, class Scalar, Index Rows, Index ARow, bool Transposed>
struct QuantizedProduct {
  using Layout = QuantizedLayout<Shape, Bits>;
  using Matrix = Parameter<Shape, Quantized<Bits, Scalar>>;
  static constexpr Index depth = Transposed ? Layout::columns : Layout::rows;
  static constexpr Index columns = Transposed ? Layout::rows : Layout::columns;
  static constexpr bool as_stored = Rows <= 4 && detail::whole_vectors<Scalar, Layout>;
  // Otherwise so many rows of b at a time.
  static constexpr Index block = std::min(Layout::rows, Index{64}), rest = Layout::rows % block;
  template <Index Count>
  static constexpr Product of_block = Transposed ? Product{Rows, Count, depth, ARow, 1, 1, depth, columns}
                                                 : Product{Rows, columns, Count, ARow, 1, columns, 1, columns};
  static constexpr Index scratch =
      as_stored ? 0
                : block * Layout::columns + std::max(product_scratch<Scalar, of_block<block>>,
                                                     product_scratch<Scalar, of_block<(rest == 0 ? block : rest)>>);

  static void run(const Scalar* a, const Matrix& b, Scalar* y, [[maybe_unused]] Scalar* scratch_memory) {
    if constexpr (as_stored) {
      for (Index row = 0; row < Rows; ++row) {
        if constexpr (Transposed) {
          detail::multiply_quantized_dots(a + row * ARow, b, y + row * columns);
        } else {
          std::fill(y + row * columns, y + (row + 1) * columns, Scalar(0));
          detail::add_quantized_rows(a + row * ARow, b, y + row * columns);
        }
      }
    } else {
      const auto work = [&]<Index Count>(std::integral_constant<Index, Count>, Index first) {
        unpack_rows(b, first, Count, scratch_memory);
        Scalar* const rest_of_scratch = scratch_memory + block * Layout::columns;
        if constexpr (Transposed) {
          multiply<Scalar, of_block<Count>>(a, scratch_memory, y + first, false, rest_of_scratch);
        } else {
          multiply<Scalar, of_block<Count>>(a + first, scratch_memory, y, first > 0, rest_of_scratch);
        }
      };
      Index first = 0;
      for (; first + block <= Layout::rows; first += block) work(std::integral_constant<Index, block>{}, first);
      if constexpr (rest != 0) work(std::integral_constant<Index, rest>{}, first);
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::kernels
