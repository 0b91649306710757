// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/shape.hpp>
#include <utility>

// How operands reach the caches before they are needed.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

/// Asks for `count` numbers, one or more, without waiting for them. They may begin within a line.
template <class Scalar>
TRANSFIX_INLINE void fetch(const Scalar* from, Index count) {
  for (Index i = 0; i < count; i += static_cast<Index>(64 / sizeof(Scalar))) __builtin_prefetch(from + i);
  __builtin_prefetch(from + count - 1);
}

/// Asks for the line that stands a while behind `from`, for loops that compute so much between two lines that the
/// hardware's own guesses come late.
template <class Number>
TRANSFIX_INLINE void fetch_ahead(const Number* from) {
  constexpr Index distance = 4096;
  __builtin_prefetch(reinterpret_cast<const char*>(from) + distance);
}

/// Reads a number of each line of a matrix in the order of memory, so that it comes as a stream; a product that meets
/// it for the first time in strides would wait for every line.
template <class Scalar>
void bring(const Scalar* from, Index row_stride, Index column_stride, Index rows, Index columns) {
  constexpr Index line = static_cast<Index>(64 / sizeof(Scalar));
  if (column_stride != 1) {
    std::swap(row_stride, column_stride);
    std::swap(rows, columns);
  }
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < columns; column += line)
      static_cast<void>(*static_cast<const volatile Scalar*>(from + row * row_stride + column));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
