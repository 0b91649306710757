// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <transfix/core/random.hpp>
#include <transfix/simd/whole_numbers.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

/// As many blocks of Philox (core/random.hpp) as a vector has lanes of 64 bits. Each word of a block lies in the lower
/// half of a lane; whatever is in the upper half is left there: see word().
struct Blocks {
  static constexpr Index count = simd::lanes<double>;
  using Bits = typename simd::detail::RawVector<std::uint64_t, count>::Type;
  Bits a, b, c, d;

  /// The numbers first, first + 1, ...
  TRANSFIX_INLINE static Bits counting(std::uint64_t first) {
    Bits numbers = {};  // g++ 14 takes them for unset otherwise
    for (std::size_t lane = 0; lane < count; ++lane) numbers[lane] = first + lane;
    return numbers;
  }
  TRANSFIX_INLINE static Bits word(Bits bits) { return bits & 0xffffffff; }

  TRANSFIX_INLINE void round(std::uint64_t key_low, std::uint64_t key_high) {
    const Bits first = simd::products_of_lower_halves<count>(a, 0xD2511F53u);
    const Bits second = simd::products_of_lower_halves<count>(c, 0xCD9E8D57u);
    a = (second >> 32) ^ b ^ key_low;
    c = (first >> 32) ^ d ^ key_high;
    b = second;
    d = first;
  }
};

/// Turns counters into random blocks. Two at a time take little longer than one, which waits for its products.
TRANSFIX_INLINE void philox(std::uint64_t key, std::same_as<Blocks> auto&... blocks) {
  transfix::detail::philox_rounds(
      key, [&](std::uint32_t key_low, std::uint32_t key_high) { (blocks.round(key_low, key_high), ...); });
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
