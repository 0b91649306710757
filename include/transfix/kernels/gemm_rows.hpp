// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/kernels/gemm_tile.hpp>

// Products of one row: a large b is met once, so what counts is to read it in the order of memory. The result stays in
// a cache meanwhile.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

template <class Scalar, Product Size>
inline constexpr bool goes_by_rows =
    Size.rows == 1 && Size.b_column == 1 && Size.columns <= 64 * 1024 && Size.depth* Size.columns >= 128 * 1024;

// c += a b for `Count` neighbouring rows of b.
template <class Scalar, Product Size, Index Count>
TRANSFIX_INLINE void add_rows(const Scalar* a, const Scalar* b, Scalar* c) {
  simd::for_each_lane<Scalar, Size.columns>([&](auto tag, Index column) {
    using Vector = decltype(tag);
    Vector sum = simd::load<Vector>(c + column);
#pragma GCC unroll 8
    for (Index k = 0; k < Count; ++k) {
      sum = simd::multiply_add(Vector(a[k * Size.a_depth]), simd::load<Vector>(b + k * Size.b_depth + column), sum);
    }
    simd::store(sum, c + column);
  });
}

template <class Scalar, Product Size>
void multiply_by_rows(const Scalar* a, const Scalar* b, Scalar* c, bool accumulate) {
  // Eight long rows are eight streams that the hardware reads ahead; short ones are faster as the one that they make.
  constexpr bool short_rows = Size.columns * static_cast<Index>(sizeof(Scalar)) <= 2048;
  constexpr Index side_by_side = short_rows ? 1 : 8, rest = Size.depth % side_by_side;
  if (!accumulate) {
    for (Index column = 0; column < Size.columns; ++column) c[column] = 0;
  }
  Index k = 0;
  for (; k + side_by_side <= Size.depth; k += side_by_side) {
    add_rows<Scalar, Size, side_by_side>(a + k * Size.a_depth, b + k * Size.b_depth, c);
  }
  if constexpr (rest != 0) add_rows<Scalar, Size, rest>(a + k * Size.a_depth, b + k * Size.b_depth, c);
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
