// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/config.hpp>

// xsimd. Its <immintrin.h> has g++ read the intrinsics of every x86 there is, AVX-512 and later ones in all their
// forms: 0.8 s of every compilation. A target that ends at AVX2 needs the few below; whoever includes <immintrin.h>
// later gets the rest, as each of its parts guards itself.
#if TRANSFIX_SIMD
#if defined(__GNUC__) && !defined(__clang__) && defined(__AVX__) && !defined(__AVX512F__) && !defined(__FMA4__) && \
    !defined(_IMMINTRIN_H_INCLUDED)
#define _IMMINTRIN_H_INCLUDED  // each part asks for it, and for those before it
// clang-format off
#include <x86gprintrin.h>
#include <emmintrin.h>
#include <pmmintrin.h>
#include <tmmintrin.h>
#include <smmintrin.h>
#include <avxintrin.h>
#include <avx2intrin.h>
#include <fmaintrin.h>
// clang-format on
#define TRANSFIX_PARTS_OF_IMMINTRIN
#endif

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 warns of uninitialised values inside its own AVX-512 intrinsics (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#ifdef TRANSFIX_PARTS_OF_IMMINTRIN
#undef TRANSFIX_PARTS_OF_IMMINTRIN
#undef _IMMINTRIN_H_INCLUDED
#endif
#endif
