// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/core/config.hpp>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>

#if TRANSFIX_BFLOAT16
#if !defined(__AVX512BF16__) || !defined(__AVX512BW__)
#error "TRANSFIX_BFLOAT16 needs a CPU with AVX512-BF16: compile for it (-march=native there), or leave it out"
#endif
#include <immintrin.h>
#if TRANSFIX_BFLOAT16_TILES
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#endif

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

#if TRANSFIX_BFLOAT16_TILES
namespace detail {
// Eight tiles of 16 rows of 64 bytes, as the instruction reads it.
struct ShapesOfTiles {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(ShapesOfTiles) == 64);
inline constexpr ShapesOfTiles shapes_of_tiles{};
}  // namespace detail

/// The tile registers of this thread, while this object lives: squares of 16 rows of 16 pairs, or of 16 floats.
class Tiles {
 public:
  static constexpr Index side = 16, numbers = side * side;

  /// An error where the kernel does not lend the registers, as Linux before 5.16.
  Tiles() {
    constexpr long request_permission = 0x1023, tile_data = 18;  // of Linux: ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static const bool granted = syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
    if (!granted)
      fail("this system does not lend AMX tiles: use Linux 5.16, or compile with -DTRANSFIX_BFLOAT16_TILES=0");
    _tile_loadconfig(&detail::shapes_of_tiles);
  }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  ~Tiles() { _tile_release(); }

  /// c (+)= a b for 2 x 2 tiles of c, each `side` numbers wide. a holds two rows of `depth` tiles [row, pair], and b
  /// two columns of `depth` tiles [pair, column], one after the other.
  void multiply(const std::uint32_t* a, const std::uint32_t* b, Index depth, float* c, Index c_row,
                bool accumulate) const {
    std::atomic_signal_fence(std::memory_order_seq_cst);  // to the compiler, loads of tiles read no memory
    const auto bytes = static_cast<std::size_t>(c_row) * sizeof(float);
    float* const lower = c + side * c_row;
    if (accumulate) {
      _tile_loadd(0, c, bytes);
      _tile_loadd(1, c + side, bytes);
      _tile_loadd(2, lower, bytes);
      _tile_loadd(3, lower + side, bytes);
    } else {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    }
    for (Index k = 0; k < depth; ++k, a += numbers, b += numbers) {
      _tile_loadd(4, a, 64);
      _tile_loadd(5, a + depth * numbers, 64);
      _tile_loadd(6, b, 64);
      _tile_loadd(7, b + depth * numbers, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c, bytes);
    _tile_stored(1, c + side, bytes);
    _tile_stored(2, lower, bytes);
    _tile_stored(3, lower + side, bytes);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
};
#endif

}  // namespace transfix::inline TRANSFIX_ABI::simd
#endif
