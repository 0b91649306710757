// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/simd/batch.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::simd {

namespace detail {
// Bytes, std::int8_t or std::uint8_t, as 32-bit numbers. xsimd 8.1 has no such load, and g++ 12 takes the generic form
// apart.
template <class Byte, class Whole, Index Width>
TRANSFIX_INLINE Whole widened(const std::uint8_t* from) {
  [[maybe_unused]] constexpr bool with_sign = std::is_signed_v<Byte>;
#if TRANSFIX_SIMD && defined(__AVX512F__)
  if constexpr (Width == 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return reinterpret_cast<Whole>(with_sign ? _mm512_cvtepi8_epi32(bytes) : _mm512_cvtepu8_epi32(bytes));
  }
#endif
#if TRANSFIX_SIMD && defined(__AVX2__)
  if constexpr (Width == 8) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return reinterpret_cast<Whole>(with_sign ? _mm256_cvtepi8_epi32(bytes) : _mm256_cvtepu8_epi32(bytes));
  }
#endif
  typename RawVector<Byte, Width>::Type bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return __builtin_convertvector(bytes, Whole);
}
}  // namespace detail

/// The products of the lower halves of 64-bit lanes. In the generic form g++ 12 multiplies the other halves as well,
/// and on Arm compilers take the vectors apart.
template <Index Width>
TRANSFIX_INLINE auto products_of_lower_halves(typename detail::RawVector<std::uint64_t, Width>::Type a,
                                              std::uint32_t b) {
  using Raw = decltype(a);
#if TRANSFIX_SIMD && defined(__AVX512F__)
  if constexpr (Width == 8)
    return reinterpret_cast<Raw>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), _mm512_set1_epi64(b)));
#endif
#if TRANSFIX_SIMD && defined(__AVX2__)
  if constexpr (Width == 4)
    return reinterpret_cast<Raw>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(b)));
#endif
#if TRANSFIX_SIMD && defined(__SSE2__)
  if constexpr (Width == 2)
    return reinterpret_cast<Raw>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), _mm_set1_epi64x(b)));
#endif
#if TRANSFIX_SIMD && defined(__aarch64__)
  if constexpr (Width == 2) return reinterpret_cast<Raw>(vmull_n_u32(vmovn_u64(reinterpret_cast<uint64x2_t>(a)), b));
#endif
  return Raw((a & std::uint64_t{0xffffffff}) * std::uint64_t{b});
}

/// A vector of numbers from as many whole numbers of `Bits` bits, at place `place` of a group of 32 (see
/// core/quantized.hpp); place is a multiple of the vector's lanes.
template <class Vector, int Bits>
TRANSFIX_INLINE Vector load_whole_numbers(const std::uint8_t* group, Index place) {
  using Scalar = ScalarOf<Vector>;
  constexpr Index half = 16;
  const std::uint8_t* const from = group + (Bits == 8 ? place : place % half);
  const bool upper = Bits == 4 && place >= half;
  if constexpr (Vector::size == 1) {
    if constexpr (Bits == 8) return Vector(static_cast<Scalar>(static_cast<std::int8_t>(*from)));
    return Vector(static_cast<Scalar>((upper ? *from >> 4 : *from & 15) - 8));
  } else {
    using Whole = typename detail::RawVector<std::int32_t, lanes_of<Vector>>::Type;
    using Raw = typename detail::RawVector<Scalar, lanes_of<Vector>>::Type;
    Whole whole =
        detail::widened<std::conditional_t<Bits == 8, std::int8_t, std::uint8_t>, Whole, lanes_of<Vector>>(from);
    Vector vector;
#if TRANSFIX_SIMD && defined(__AVX512F__)
    if constexpr (Bits == 4 && lanes_of<Vector> == 16) {
      // One look-up, by the lowest four bits, in place of a mask, a difference and a conversion.
      const __m512 numbers = _mm512_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7);
      const auto bits = reinterpret_cast<__m512i>(whole);
      vector.data = _mm512_permutexvar_ps(upper ? _mm512_srli_epi32(bits, 4) : bits, numbers);
      return vector;
    }
#endif
    if constexpr (Bits == 4) whole = (upper ? whole >> 4 : whole & 15) - 8;
    const Raw raw = __builtin_convertvector(whole, Raw);
    __builtin_memcpy(&vector.data, &raw, sizeof raw);
    return vector;
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
