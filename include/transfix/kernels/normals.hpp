// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/random.hpp>
#include <transfix/simd/whole_numbers.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

namespace detail {
/// Blocks of Philox side by side, and what Random::normal() makes of them. Each word of a block lies in the lower half
/// of a lane; whatever is in the upper half is left there until the end.
template <class Vector>
struct Blocks {
  static constexpr Index width = simd::lanes_of<Vector>;
  using Bits = typename simd::detail::RawVector<std::uint64_t, width>::Type;
  using Reals = typename simd::detail::RawVector<double, width>::Type;
  Bits a, b, c, d;

  Blocks() = default;
  /// The counters of blocks number, number + 1, ...
  TRANSFIX_INLINE Blocks(const Random& random, std::uint64_t number) : c(Bits{} + random.stream()), d(c >> 32) {
    for (std::size_t lane = 0; lane < width; ++lane) a[lane] = number + lane;
    b = a >> 32;
  }
  TRANSFIX_INLINE void round(std::uint64_t key_low, std::uint64_t key_high) {
    const Bits first = simd::products_of_lower_halves<width>(a, 0xD2511F53u);
    const Bits second = simd::products_of_lower_halves<width>(c, 0xCD9E8D57u);
    a = (second >> 32) ^ b ^ key_low;
    c = (first >> 32) ^ d ^ key_high;
    b = second;
    d = first;
  }
  TRANSFIX_INLINE void store_normals(double* to) const {
    const Reals square = transfix::detail::square_of_radius<Bits>(uniform(a, b));
    const Reals cosine = transfix::detail::cosine_of_turns<Bits>(uniform(c, d));
    Vector radius;
    __builtin_memcpy(&radius.data, &square, sizeof square);
    const Reals normal = simd::detail::raw_vector(sqrt(radius)) * cosine;
    __builtin_memcpy(to, &normal, sizeof normal);
  }

  // As Random::uniform(); a whole number below 2^52 becomes a double as the last bits of 2^52.
  TRANSFIX_INLINE static Reals uniform(Bits high, Bits low) {
    const auto real = [](Bits bits) { return std::bit_cast<Reals>(bits | 0x4330000000000000) - 0x1p52; };
    return real((high & 0xffffffff) >> 5) * 0x1p-27 + real((low & 0xffffffff) >> 6) * 0x1p-53;
  }
};
}  // namespace detail

/// What so many calls of random.normal() give, to the last places of a double, several at a time.
template <class Vector = simd::Batch<double>>
void normals(Random& random, std::span<double> numbers) {
  if constexpr (Vector::size > 1) {
    using Blocks = detail::Blocks<Vector>;
    constexpr std::size_t step = 64, width = Blocks::width;
    for (; numbers.size() >= step && random.at_block(); numbers = numbers.subspan(step)) {
      const std::uint64_t first = random.skip_blocks(step);
      Blocks made[step / width];
      for (std::size_t i = 0; i < step; i += 2 * width) {  // two at a time: one computes while the other waits
        Blocks blocks(random, first + i), others(random, first + i + width);
        transfix::detail::philox_rounds(random.seed(), [&](std::uint32_t key_low, std::uint32_t key_high) {
          blocks.round(key_low, key_high);
          others.round(key_low, key_high);
        });
        made[i / width] = blocks;
        made[i / width + 1] = others;
      }
#pragma GCC unroll 1
      for (std::size_t i = 0; i < step; i += width) made[i / width].store_normals(numbers.data() + i);
    }
  }
  for (double& number : numbers) number = random.normal();
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
