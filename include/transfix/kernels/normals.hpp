// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/random.hpp>
#include <transfix/simd/whole_numbers.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

namespace detail {
/// What Random::normal() computes, for as many blocks of Philox as there are lanes: each word of a block lies in the
/// lower half of a lane, and whatever is in the upper half is left there until the end.
template <class Vector>
struct NormalsOfBlocks {
  static constexpr Index width = simd::lanes_of<Vector>;
  static constexpr Index together = 2;  // vectors: one computes while the other waits for its products
  using Bits = typename simd::detail::RawVector<std::uint64_t, width>::Type;
  using Reals = typename simd::detail::RawVector<double, width>::Type;

  static void make(const Random& random, std::uint64_t number, double* to) {
    Bits a[together], b[together], c[together], d[together];
    for (Index i = 0; i < together; ++i) {
      for (std::size_t lane = 0; lane < width; ++lane) a[i][lane] = number++;
      b[i] = a[i] >> 32;
      c[i] = Bits{} + random.stream();
      d[i] = c[i] >> 32;
    }
    transfix::detail::philox_rounds(random.seed(), [&](std::uint32_t key_low, std::uint32_t key_high) {
      for (Index i = 0; i < together; ++i) {
        const Bits first = simd::products_of_lower_halves<width>(a[i], 0xD2511F53u);
        const Bits second = simd::products_of_lower_halves<width>(c[i], 0xCD9E8D57u);
        a[i] = (second >> 32) ^ b[i] ^ std::uint64_t{key_low};
        c[i] = (first >> 32) ^ d[i] ^ std::uint64_t{key_high};
        b[i] = second;
        d[i] = first;
      }
    });
    for (Index i = 0; i < together; ++i) {
      const Reals square = transfix::detail::square_of_radius<Bits>(uniform(a[i], b[i]));
      const Reals cosine = transfix::detail::cosine_of_turns<Bits>(uniform(c[i], d[i]));
      Vector radius;
      __builtin_memcpy(&radius.data, &square, sizeof square);
      const Reals normal = simd::detail::raw_vector(sqrt(radius)) * cosine;
      __builtin_memcpy(to + i * width, &normal, sizeof normal);
    }
  }

  // As Random::uniform(); a whole number below 2^52 becomes a double as the last bits of 2^52.
  static Reals uniform(Bits high, Bits low) {
    const auto real = [](Bits bits) { return std::bit_cast<Reals>(bits | 0x4330000000000000) - 0x1p52; };
    return real((high & 0xffffffff) >> 5) * 0x1p-27 + real((low & 0xffffffff) >> 6) * 0x1p-53;
  }
};
}  // namespace detail

/// What so many calls of random.normal() give, to the last places of a double, several at a time.
template <class Vector = simd::Batch<double>>
void normals(Random& random, std::span<double> numbers) {
  if constexpr (Vector::size > 1) {
    using Blocks = detail::NormalsOfBlocks<Vector>;
    constexpr std::size_t step = Blocks::together * Blocks::width;
    for (; numbers.size() >= step && random.at_block(); numbers = numbers.subspan(step))
      Blocks::make(random, random.skip_blocks(step), numbers.data());
  }
  for (double& number : numbers) number = random.normal();
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
