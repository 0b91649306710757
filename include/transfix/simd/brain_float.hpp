// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/core/config.hpp>
#include <transfix/core/shape.hpp>

#if TRANSFIX_BFLOAT16
#if !defined(__AVX512BF16__) || !defined(__AVX512BW__)
#error "TRANSFIX_BFLOAT16 needs a CPU with AVX512-BF16: compile for it (-march=native there), or leave it out"
#endif
#include <immintrin.h>

// Products of bfloat16 numbers (the upper half of a float: 8 bits of mantissa) with sums in float. A vector holds 16
// pairs of neighbours along the sum, and one instruction adds both products of each pair. xsimd 8.1 has no such type.

namespace transfix::inline TRANSFIX_ABI::simd {

struct Pairs {
  static constexpr Index lanes = 16;
  __m512i bits;

  static Pairs load(const std::uint32_t* from) { return {_mm512_loadu_si512(from)}; }
  void store(std::uint32_t* to) const { _mm512_storeu_si512(to, bits); }
  static Pairs broadcast(std::uint32_t pair) { return {_mm512_set1_epi32(static_cast<int>(pair))}; }
};

namespace detail {
/// The first `count` lanes, of at most 16.
inline __mmask16 first_lanes(Index count) {
  return count >= 16 ? static_cast<__mmask16>(0xffff) : static_cast<__mmask16>((1u << (count < 0 ? 0 : count)) - 1);
}
inline __m512i halves(__m512 first, __m512 second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}
}  // namespace detail

/// (x[0], x[1]), (x[2], x[3]) ... of `count` numbers, at most 32; zeros after them.
TRANSFIX_INLINE Pairs pairs_of_neighbours(const float* x, Index count) {
  return {detail::halves(_mm512_maskz_loadu_ps(detail::first_lanes(count), x),
                         _mm512_maskz_loadu_ps(detail::first_lanes(count - 16), x + 16))};
}

/// (first[0], second[0]), (first[1], second[1]) ... of `count` numbers each, at most 16; zeros after them. Without a
/// second row its numbers are zeros.
TRANSFIX_INLINE Pairs pairs_of_rows(const float* first, const float* second, Index count) {
  const __mmask16 lanes = detail::first_lanes(count);
  const __m512 below = second == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(lanes, second);
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return {_mm512_permutexvar_epi16(order, detail::halves(_mm512_maskz_loadu_ps(lanes, first), below))};
}

/// Sums of products of pairs, in float.
struct PairSum {
  __m512 sum = _mm512_setzero_ps();
  TRANSFIX_INLINE void add(Pairs a, Pairs b) {
    sum = _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a.bits), reinterpret_cast<__m512bh>(b.bits));
  }
  /// Writes the first `count` sums, or adds them to what is there.
  TRANSFIX_INLINE void store(float* to, Index count, bool accumulate) const {
    const __mmask16 lanes = detail::first_lanes(count);
    _mm512_mask_storeu_ps(to, lanes, accumulate ? _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, to), sum) : sum);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::simd
#endif
