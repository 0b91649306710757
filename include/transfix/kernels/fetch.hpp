// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/core/shape.hpp>

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

/// Numbers that lie in rows, `stride` apart.
template <class Scalar>
struct Lines {
  const Scalar* from = nullptr;
  Index stride = 0, rows = 0, columns = 0;
};

/// Asks for numbers that lie in rows, a line of the cache at a time.
template <class Scalar>
class FetchLineByLine {
 public:
  FetchLineByLine() = default;
  explicit FetchLineByLine(const Lines<Scalar>& of) : lines(of), row(reinterpret_cast<std::uintptr_t>(of.from)) {}
  /// Asks for the next line; false where all have been asked for.
  TRANSFIX_INLINE bool step() {
    if (lines.rows == 0) return false;
    __builtin_prefetch(reinterpret_cast<const void*>(row + static_cast<std::uintptr_t>(column) * sizeof(Scalar)));
    column += static_cast<Index>(64 / sizeof(Scalar));
    if (column >= lines.columns) {
      column = 0;
      row += static_cast<std::uintptr_t>(lines.stride) * sizeof(Scalar);
      --lines.rows;
    }
    return true;
  }

 private:
  Lines<Scalar> lines;
  std::uintptr_t row = 0;  // a number, as what would come behind the last row may be no address of the matrix
  Index column = 0;
};

/// What a product asks for within its tiles, a line every other step of the depth. In one burst between two tiles,
/// the same requests make hot operands 4 % slower and hide less of the way to cold ones.
template <class Scalar>
struct FetchWithinTiles {
  FetchLineByLine<Scalar> results;     // where the tile will be stored
  FetchLineByLine<Scalar> next_panel;  // of the right matrix
  FetchLineByLine<Scalar> left;        // rows of the left matrix for the tiles that follow
  TRANSFIX_INLINE void next_line() { static_cast<void>(results.step() || next_panel.step()); }
  TRANSFIX_INLINE void next_line_of_left() { static_cast<void>(left.step()); }
};

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
