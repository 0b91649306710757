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

// TRANSFIX_INLINE: how functions of inner loops ask to be inlined.
#define TRANSFIX_INLINE [[gnu::always_inline]] inline

// TRANSFIX_ABI: the inline namespace of everything. It carries the version and the instruction set,
// so that objects compiled with different -m flags link side by side and never share a kernel.
#if !TRANSFIX_SIMD
#define TRANSFIX_ABI v0_1_scalar
#elif defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__)
#define TRANSFIX_ABI v0_1_avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define TRANSFIX_ABI v0_1_avx2_fma
#elif defined(__AVX2__)
#define TRANSFIX_ABI v0_1_avx2
#elif defined(__AVX__)
#define TRANSFIX_ABI v0_1_avx
#elif defined(__SSE4_2__)
#define TRANSFIX_ABI v0_1_sse4
#elif defined(__SSE2__)
#define TRANSFIX_ABI v0_1_sse2
#elif defined(__aarch64__)
#define TRANSFIX_ABI v0_1_neon64
#else
#define TRANSFIX_ABI v0_1_neon
#endif
