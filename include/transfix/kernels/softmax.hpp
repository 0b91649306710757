// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <transfix/core/math.hpp>
#include <transfix/simd/math.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

/// The sum over columns of function(Vector tag, column).
template <class Scalar, Index Columns>
TRANSFIX_INLINE Scalar sum_of_row(auto&& function) {
  simd::Batch<Scalar> sum(Scalar(0));
  Scalar rest = 0;
  simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
    if constexpr (decltype(tag)::size == simd::Batch<Scalar>::size) {
      sum += function(tag, column);
    } else {
      rest += function(tag, column).value;
    }
  });
  return simd::sum_of_lanes(sum) + rest;
}

/// The largest of function(Vector tag, column) over all columns.
template <class Scalar, Index Columns>
TRANSFIX_INLINE Scalar largest_of_row(auto&& function) {
  constexpr Scalar lowest = -std::numeric_limits<Scalar>::infinity();
  simd::Batch<Scalar> largest(lowest);
  Scalar rest = lowest;
  simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
    if constexpr (decltype(tag)::size == simd::Batch<Scalar>::size) {
      largest = max(largest, function(tag, column));
    } else {
      const Scalar value = function(tag, column).value;
      rest = rest < value ? value : rest;
    }
  });
  const Scalar lane = simd::largest_lane(largest);
  return lane < rest ? rest : lane;
}

template <Index Columns, class Scalar>
TRANSFIX_INLINE Scalar dot(const Scalar* a, const Scalar* b) {
  return sum_of_row<Scalar, Columns>([&](auto tag, Index column) {
    using Vector = decltype(tag);
    return simd::load<Vector>(a + column) * simd::load<Vector>(b + column);
  });
}

/// y = exp(x - max), and what normalises it.
template <class Scalar>
struct SoftmaxStatistics {
  Scalar largest, sum;
  /// log(sum(exp(x)))
  Scalar log_sum() const { return largest + math::log(sum); }
};

/// y = exp(x - max(x)), not normalised yet. A row that is -infinity throughout gives zeros and sum 0.
template <Index Columns, class Scalar>
SoftmaxStatistics<Scalar> exponentials_of_row(const Scalar* x, Scalar* y) {
  const Scalar found =
      largest_of_row<Scalar, Columns>([&](auto tag, Index column) { return simd::load<decltype(tag)>(x + column); });
  const Scalar largest = found == -std::numeric_limits<Scalar>::infinity() ? Scalar(0) : found;
  const Scalar sum = sum_of_row<Scalar, Columns>([&](auto tag, Index column) {
    using Vector = decltype(tag);
    const Vector value = simd::exponential(simd::load<Vector>(x + column) - Vector(largest));
    simd::store(value, y + column);
    return value;
  });
  return {largest, sum};
}

/// y = softmax(x) for one row.
template <Index Columns, class Scalar>
void softmax_row(const Scalar* x, Scalar* y) {
  const Scalar sum = exponentials_of_row<Columns>(x, y).sum;
  const Scalar scale = sum > 0 ? 1 / sum : Scalar(0);
  simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
    using Vector = decltype(tag);
    simd::store(simd::load<Vector>(y + column) * Vector(scale), y + column);
  });
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
