// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/simd/batch.hpp>

namespace transfix::inline TRANSFIX_ABI::simd {

namespace detail {
// The lower (Half = 0) or upper (Half = 1) half of a0 b0 a1 b1 a2 b2 ...
template <Index Width, Index Half, class Raw>
TRANSFIX_INLINE Raw interleave(Raw a, Raw b) {
  return [&]<Index... Lane>(std::integer_sequence<Index, Lane...>) {
    return __builtin_shufflevector(a, b, int{Half * Width / 2 + Lane / 2 + (Lane % 2) * Width}...);
  }
  (std::make_integer_sequence<Index, Width>{});
}
}  // namespace detail

/// Transposes a square of lanes x lanes numbers: to(column, row) = from(row, column), or += where `add` is set.
template <class Scalar>
TRANSFIX_INLINE void transpose_square(const Scalar* from, Index from_stride, Scalar* to, Index to_stride,
                                      bool add = false) {
  constexpr Index width = lanes<Scalar>;
  if constexpr (width == 1) {
    *to = add ? *to + *from : *from;
  } else {
    // Each round interleaves row i with row i + width / 2; log2(width) rounds transpose.
    using Raw = typename detail::RawVector<Scalar, width>::Type;
    Raw rows[width], mixed[width];
    for (Index row = 0; row < width; ++row) __builtin_memcpy(&rows[row], from + row * from_stride, sizeof(Raw));
#pragma GCC unroll 4
    for (Index round = 1; round < width; round *= 2) {
#pragma GCC unroll 16
      for (Index row = 0; row < width / 2; ++row) {
        mixed[2 * row] = detail::interleave<width, 0>(rows[row], rows[row + width / 2]);
        mixed[2 * row + 1] = detail::interleave<width, 1>(rows[row], rows[row + width / 2]);
      }
#pragma GCC unroll 16
      for (Index row = 0; row < width; ++row) rows[row] = mixed[row];
    }
    for (Index row = 0; row < width; ++row) {
      if (add) {
        Raw before;
        __builtin_memcpy(&before, to + row * to_stride, sizeof(Raw));
        rows[row] += before;
      }
      __builtin_memcpy(to + row * to_stride, &rows[row], sizeof(Raw));
    }
  }
}

/// Transposes a matrix of rows x columns numbers: to(column, row) = from(row, column), or += where `add` is set.
template <class Scalar>
void transpose(const Scalar* from, Index from_stride, Scalar* to, Index to_stride, Index rows, Index columns,
               bool add = false) {
  constexpr Index width = lanes<Scalar>;
  for (Index row = 0; row < rows; row += width) {
    for (Index column = 0; column < columns; column += width) {
      const Scalar* source = from + row * from_stride + column;
      Scalar* target = to + column * to_stride + row;
      if (row + width <= rows && column + width <= columns) {
        transpose_square(source, from_stride, target, to_stride, add);
      } else {
        for (Index r = 0; r < width && row + r < rows; ++r) {
          for (Index c = 0; c < width && column + c < columns; ++c) {
            const Scalar number = source[r * from_stride + c];
            target[c * to_stride + r] = add ? target[c * to_stride + r] + number : number;
          }
        }
      }
    }
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
