// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/simd/scalar.hpp>
#include <transfix/simd/xsimd.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::simd {

#if TRANSFIX_SIMD
namespace detail {
template <class Scalar>
struct WidestBatch {
  using Type = One<Scalar>;
};
template <class Scalar>
requires(xsimd::types::has_simd_register<Scalar, xsimd::default_arch>::value) struct WidestBatch<Scalar> {
  using Type = xsimd::batch<Scalar, xsimd::default_arch>;
};
}  // namespace detail

/// The widest vector of the target.
template <class Scalar>
using Batch = typename detail::WidestBatch<Scalar>::Type;
#else
template <class Scalar>
using Batch = One<Scalar>;
#endif

/// Lanes of the widest vector.
template <class Scalar>
inline constexpr Index lanes = static_cast<Index>(Batch<Scalar>::size);

/// How many vectors the target's register file holds.
#if !TRANSFIX_SIMD
inline constexpr Index registers = 16;
#elif defined(__AVX512F__) || defined(__aarch64__)
inline constexpr Index registers = 32;
#else
inline constexpr Index registers = 16;
#endif

template <class Vector>
inline constexpr Index lanes_of = static_cast<Index>(Vector::size);

template <class Vector>
using ScalarOf = typename Vector::value_type;

template <class Vector>
TRANSFIX_INLINE Vector load(const ScalarOf<Vector>* from) {
  return Vector::load_unaligned(from);
}

template <class Vector>
TRANSFIX_INLINE void store(Vector vector, ScalarOf<Vector>* to) {
  vector.store_unaligned(to);
}

/// a * b + c, in one rounding where the target can.
template <class Vector>
TRANSFIX_INLINE Vector multiply_add(Vector a, Vector b, Vector c) {
#if defined(__AVX512F__)
  // xsimd 8.1 has no fused form for AVX-512; the compiler makes one of a single expression.
  if constexpr (Vector::size > 1) return Vector(a.data * b.data + c.data);
#endif
  return fma(a, b, c);
}

/// The numbers start, start + 1, ... in the lanes.
template <class Vector>
TRANSFIX_INLINE Vector counting(Index start) {
  using Scalar = ScalarOf<Vector>;
  static constexpr auto steps = [] {
    std::array<Scalar, Vector::size> values{};
    for (std::size_t lane = 0; lane < Vector::size; ++lane) values[lane] = static_cast<Scalar>(lane);
    return values;
  }();
  return load<Vector>(steps.data()) + Vector(static_cast<Scalar>(start));
}

namespace detail {
template <class Scalar, Index Width>
struct RawVector {
  typedef Scalar Type __attribute__((vector_size(sizeof(Scalar) * static_cast<std::size_t>(Width))));
};

// Joins the two halves of a vector again and again until one lane is left.
template <Index Width, class Raw>
TRANSFIX_INLINE auto fold_lanes(Raw raw, auto&& join) {
  if constexpr (Width == 2) {
    return join(raw[0], raw[1]);
  } else {
    return [&]<Index... Lane>(std::integer_sequence<Index, Lane...>) {
      return fold_lanes<Width / 2>(join(__builtin_shufflevector(raw, raw, int{Lane}...),
                                        __builtin_shufflevector(raw, raw, int{Lane + Width / 2}...)),
                                   join);
    }
    (std::make_integer_sequence<Index, Width / 2>{});
  }
}

template <class Vector>
TRANSFIX_INLINE auto raw_vector(Vector vector) {
  typename RawVector<ScalarOf<Vector>, lanes_of<Vector>>::Type raw;
  static_assert(sizeof raw == sizeof vector.data);
  __builtin_memcpy(&raw, &vector.data, sizeof raw);
  return raw;
}
}  // namespace detail

/// The sum of the lanes, always in the same order.
template <class Vector>
TRANSFIX_INLINE ScalarOf<Vector> sum_of_lanes(Vector vector) {
  if constexpr (Vector::size == 1) {
    return vector.value;
  } else {
    return detail::fold_lanes<lanes_of<Vector>>(detail::raw_vector(vector), [](auto a, auto b) { return a + b; });
  }
}

/// The largest lane.
template <class Vector>
TRANSFIX_INLINE ScalarOf<Vector> largest_lane(Vector vector) {
  if constexpr (Vector::size == 1) {
    return vector.value;
  } else {
    return detail::fold_lanes<lanes_of<Vector>>(detail::raw_vector(vector),
                                                [](auto a, auto b) { return a < b ? b : a; });
  }
}

/// Calls function(Vector tag, column) over `columns` columns: whole vectors first, then single lanes.
/// The tag's type says which vector to use.
template <class Scalar, Index Columns>
TRANSFIX_INLINE void for_each_lane(auto&& function) {
  constexpr Index width = lanes<Scalar>, whole = Columns / width * width;
  for (Index column = 0; column < whole; column += width) function(Batch<Scalar>{}, column);
  if constexpr (whole < Columns) {
    for (Index column = whole; column < Columns; ++column) function(One<Scalar>{}, column);
  }
}

/// The same with a length that is known at run time only.
template <class Scalar>
TRANSFIX_INLINE void for_each_lane(Index begin, Index end, auto&& function) {
  constexpr Index width = lanes<Scalar>;
  const Index whole = begin + (end - begin) / width * width;
  for (Index position = begin; position < whole; position += width) function(Batch<Scalar>{}, position);
  for (Index position = whole; position < end; ++position) function(One<Scalar>{}, position);
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
