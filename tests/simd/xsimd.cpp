// Whoever includes <immintrin.h> after transfix, which reads a part of it only, has all of it.
#include <transfix/simd/xsimd.hpp>

#if defined(__x86_64__)
#include <immintrin.h>

#include "../support.hpp"

__attribute__((target("avx512f"))) void store_ones(float* to) { _mm512_storeu_ps(to, _mm512_set1_ps(1)); }

TEST_CASE("intrinsics of instruction sets that transfix does not use are there") {
  if (!__builtin_cpu_supports("avx512f")) return;
  float numbers[16] = {};
  store_ones(numbers);
  CHECK(numbers[0] == 1);
  CHECK(numbers[15] == 1);
}
#endif
