// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/simd/xsimd.hpp>

// Whoever includes the intrinsics after transfix, which reads a part of them only, has all of them.
#if defined(__x86_64__)
#include <immintrin.h>
#include <x86intrin.h>

__attribute__((target("avx512f"))) void store_ones(float* to) { _mm512_storeu_ps(to, _mm512_set1_ps(1)); }

TEST_CASE("intrinsics of instruction sets that transfix does not use are there") {
  if (!__builtin_cpu_supports("avx512f")) return;
  float numbers[16] = {};
  store_ones(numbers);
  CHECK(numbers[0] == 1);
  CHECK(numbers[15] == 1);
}
#endif

TEST_CASE("xsimd is there where transfix has vectors") {
#if TRANSFIX_SIMD
  CHECK(xsimd::batch<float, xsimd::default_arch>::size > 1);
#else
  CHECK(TRANSFIX_SIMD == 0);
#endif
}
