// SPDX-License-Identifier: MIT
#pragma once

// Version, read by CMakeLists.txt too.
#define TRANSFIX_VERSION_MAJOR 0
#define TRANSFIX_VERSION_MINOR 1
#define TRANSFIX_VERSION_PATCH 0

// TRANSFIX_SIMD: 1 uses xsimd's vectors, 0 the one-lane stand-in. By default 1 where the target has
// vectors and xsimd can be found.
#ifndef TRANSFIX_SIMD
#if (defined(__SSE2__) || defined(__ARM_NEON)) && __has_include(<xsimd/xsimd.hpp>)
#define TRANSFIX_SIMD 1
#else
#define TRANSFIX_SIMD 0
#endif
#endif

// TRANSFIX_ERROR(text): what happens on a run-time error, an expression that does not return. By
// default it throws transfix::Error, or traps where exceptions are off.
#ifndef TRANSFIX_ERROR
#if defined(__cpp_exceptions)
#define TRANSFIX_ERROR(text) throw ::transfix::Error(text)
#else
#define TRANSFIX_ERROR(text) __builtin_trap()
#endif
#endif

// TRANSFIX_BFLOAT16: 1 rounds the operands of larger products of floats to bfloat16 and adds in float, about twice
// as fast on a CPU with AMX-BF16 or with the AVX512-BF16 of a Zen 4 or 5; on an Intel CPU without AMX that is half as
// fast as float. Numbers in memory stay floats. By default 0.
#ifndef TRANSFIX_BFLOAT16
#define TRANSFIX_BFLOAT16 0
#endif

// TRANSFIX_BFLOAT16_TILES: 1 does so by the tile registers of AMX-BF16, which Linux lends since 5.16. By default 1
// where the target has them.
#ifndef TRANSFIX_BFLOAT16_TILES
#if !TRANSFIX_BFLOAT16 || !defined(__linux__)
#define TRANSFIX_BFLOAT16_TILES 0
#elif (defined(__AMX_TILE__) && defined(__AMX_BF16__)) || (defined(__AMXTILE__) && defined(__AMXBF16__))  // GCC, clang
#define TRANSFIX_BFLOAT16_TILES 1
#else
#define TRANSFIX_BFLOAT16_TILES 0
#endif
#endif
#if TRANSFIX_BFLOAT16_TILES && !TRANSFIX_BFLOAT16
#error "TRANSFIX_BFLOAT16_TILES=1 says how products are done in bfloat16: set TRANSFIX_BFLOAT16=1, too"
#endif

// TRANSFIX_INLINE: how functions of inner loops ask to be inlined.
#define TRANSFIX_INLINE [[gnu::always_inline]] inline

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
#error "transfix needs infinities and NaN: compile without -ffast-math and -ffinite-math-only"
#endif

// TRANSFIX_ABI: the inline namespace of everything. It carries the version, the instruction set and whether
// there are exceptions, so that objects compiled with different flags link side by side and never share a
// kernel or a layout.
#if !TRANSFIX_SIMD
#define TRANSFIX_ABI_VECTORS scalar
#elif defined(__AVX512BW__)
#define TRANSFIX_ABI_VECTORS avx512bw
#elif defined(__AVX512DQ__)
#define TRANSFIX_ABI_VECTORS avx512dq
#elif defined(__AVX512CD__)
#define TRANSFIX_ABI_VECTORS avx512cd
#elif defined(__AVX512F__)
#define TRANSFIX_ABI_VECTORS avx512f
#elif defined(__AVX2__)
#define TRANSFIX_ABI_VECTORS avx2
#elif defined(__AVX__)
#define TRANSFIX_ABI_VECTORS avx
#elif defined(__SSE4_2__)
#define TRANSFIX_ABI_VECTORS sse4_2
#elif defined(__SSE4_1__)
#define TRANSFIX_ABI_VECTORS sse4_1
#elif defined(__SSSE3__)
#define TRANSFIX_ABI_VECTORS ssse3
#elif defined(__SSE3__)
#define TRANSFIX_ABI_VECTORS sse3
#elif defined(__SSE2__)
#define TRANSFIX_ABI_VECTORS sse2
#elif defined(__aarch64__)
#define TRANSFIX_ABI_VECTORS neon64
#else
#define TRANSFIX_ABI_VECTORS neon
#endif
#if defined(__FMA__)
#define TRANSFIX_ABI_FMA _fma
#else
#define TRANSFIX_ABI_FMA
#endif
#if defined(__cpp_exceptions)
#define TRANSFIX_ABI_ERRORS
#else
#define TRANSFIX_ABI_ERRORS _no_exceptions
#endif
#if TRANSFIX_BFLOAT16_TILES
#define TRANSFIX_ABI_PRODUCTS _bfloat16_tiles
#elif TRANSFIX_BFLOAT16
#define TRANSFIX_ABI_PRODUCTS _bfloat16
#else
#define TRANSFIX_ABI_PRODUCTS
#endif
#define TRANSFIX_ABI_JOINED(vectors, fma, products, errors) v0_1_##vectors##fma##products##errors
#define TRANSFIX_ABI_NAME(vectors, fma, products, errors) TRANSFIX_ABI_JOINED(vectors, fma, products, errors)
#define TRANSFIX_ABI \
  TRANSFIX_ABI_NAME(TRANSFIX_ABI_VECTORS, TRANSFIX_ABI_FMA, TRANSFIX_ABI_PRODUCTS, TRANSFIX_ABI_ERRORS)
