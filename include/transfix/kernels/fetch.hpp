// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/simd/batch.hpp>
#include <utility>

// How operands reach the caches before they are needed.

namespace transfix::inline TRANSFIX_ABI::kernels::detail {

/// Asks for `count` numbers, without waiting for them.
template <class Scalar>
TRANSFIX_INLINE void fetch(const Scalar* from, Index count) {
  for (Index i = 0; i < count; i += static_cast<Index>(64 / sizeof(Scalar))) __builtin_prefetch(from + i);
}

/// Whether a matrix that a product of one row meets once is too large to lie in a near cache.
constexpr bool is_streamed(Index rows, Index columns) { return rows * columns >= 128 * 1024; }

/// Asks for the line that stands a while behind `from`. One thread reads memory faster when it asks before the
/// hardware's own guesses, which end at each page.
template <class Number>
TRANSFIX_INLINE void fetch_ahead(const Number* from) {
  constexpr Index distance = 4096;
  __builtin_prefetch(reinterpret_cast<const char*>(from) + distance);
}

/// The same for vector `number` of those that follow each other from `first` on, once for each line. Rows that are
/// walked down side by side are asked for as the stream that they are in memory; about half of it comes in time.
template <class Vector>
TRANSFIX_INLINE void fetch_vector_ahead(const simd::ScalarOf<Vector>* first, Index number) {
  constexpr Index bytes = static_cast<Index>(sizeof(Vector)), of_line = bytes < 64 ? 64 / bytes : 1;
  if (number % of_line == 0) fetch_ahead(first + number * simd::lanes_of<Vector>);
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
