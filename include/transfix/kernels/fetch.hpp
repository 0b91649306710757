// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
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

/// Asks for lines, if any, little by little, while something else is computed in `steps` steps.
template <class Scalar>
class FetchInSteps {
 public:
  FetchInSteps(const Lines<Scalar>* of, Index steps)
      : lines(of), at_a_time(of == nullptr ? 0 : (of->rows + steps - 1) / steps) {}
  TRANSFIX_INLINE void step() {
    if (at_a_time == 0) return;
    for (const Index end = std::min(fetched + at_a_time, lines->rows); fetched < end; ++fetched)
      fetch(lines->from + fetched * lines->stride, lines->columns);
  }

 private:
  const Lines<Scalar>* lines;
  Index at_a_time, fetched = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI::kernels::detail
