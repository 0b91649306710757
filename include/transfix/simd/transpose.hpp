// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/simd/batch.hpp>

namespace transfix::inline TRANSFIX_ABI::simd {

namespace detail {
// Swaps the upper right and the lower left of each square of 2 Step x 2 Step numbers in which `a` is an upper row and
// `b` the lower row Step below it: the new upper (Half = 0) or lower (Half = 1) row.
template <Index Width, Index Step, Index Half, class Raw>
TRANSFIX_INLINE Raw exchange(Raw a, Raw b) {
  return [&]<Index... Lane>(std::integer_sequence<Index, Lane...>) {
    return __builtin_shufflevector(
        a, b, int{Lane / Step % 2 == 0 ? Lane + Half * Step : Lane + Half * Step - Step + Width}...);
  }
  (std::make_integer_sequence<Index, Width>{});
}

// Transposes by swapping ever smaller corners (Eklundh 1972).
template <Index Step, Index Width, class Raw>
TRANSFIX_INLINE void exchange_corners(Raw (&rows)[Width]) {
#pragma GCC unroll 16
  for (Index row = 0; row < Width; ++row) {
    if (row / Step % 2 != 0) continue;
    const Raw upper = rows[row], lower = rows[row + Step];
    rows[row] = exchange<Width, Step, 0>(upper, lower);
    rows[row + Step] = exchange<Width, Step, 1>(upper, lower);
  }
  if constexpr (Step > 1) exchange_corners<Step / 2>(rows);
}
}  // namespace detail

/// Transposes a square of lanes x lanes numbers: to(column, row) = from(row, column), or += where Add is set.
template <bool Add = false, class Scalar>
TRANSFIX_INLINE void transpose_square(const Scalar* from, Index from_stride, Scalar* to, Index to_stride) {
  constexpr Index width = lanes<Scalar>;
  if constexpr (width == 1) {
    *to = Add ? *to + *from : *from;
  } else {
    using Raw = typename detail::RawVector<Scalar, width>::Type;
    Raw rows[width];
#pragma GCC unroll 16
    for (Index row = 0; row < width; ++row) __builtin_memcpy(&rows[row], from + row * from_stride, sizeof(Raw));
    detail::exchange_corners<width / 2>(rows);
#pragma GCC unroll 16
    for (Index row = 0; row < width; ++row) {
      if constexpr (Add) {
        Raw before;
        __builtin_memcpy(&before, to + row * to_stride, sizeof(Raw));
        rows[row] += before;
      }
      __builtin_memcpy(to + row * to_stride, &rows[row], sizeof(Raw));
    }
  }
}

/// Transposes a matrix of rows x columns numbers: to(column, row) = from(row, column), or += where Add is set.
template <bool Add = false, class Scalar>
void transpose(const Scalar* from, Index from_stride, Scalar* to, Index to_stride, Index rows, Index columns) {
  constexpr Index width = lanes<Scalar>;
  for (Index row = 0; row < rows; row += width) {
    for (Index column = 0; column < columns; column += width) {
      const Scalar* source = from + row * from_stride + column;
      Scalar* target = to + column * to_stride + row;
      if (row + width <= rows && column + width <= columns) {
        transpose_square<Add>(source, from_stride, target, to_stride);
      } else {
        for (Index r = 0; r < width && row + r < rows; ++r) {
          for (Index c = 0; c < width && column + c < columns; ++c) {
            const Scalar number = source[r * from_stride + c];
            target[c * to_stride + r] = Add ? target[c * to_stride + r] + number : number;
          }
        }
      }
    }
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
