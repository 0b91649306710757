// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/kernels/philox.hpp>

namespace transfix::inline TRANSFIX_ABI::kernels {

namespace detail {
/// What Random makes of blocks.
template <class Vector>
struct NormalsOfBlocks {
  static_assert(static_cast<Index>(Vector::size) == Blocks::count);
  using Bits = Blocks::Bits;
  using Reals = typename simd::detail::RawVector<double, Blocks::count>::Type;

  TRANSFIX_INLINE static void store(const Blocks& blocks, double* to) {
    const Reals square = transfix::detail::square_of_radius<Bits>(uniform(blocks.a, blocks.b));
    const Reals cosine = transfix::detail::cosine_of_turns<Bits>(uniform(blocks.c, blocks.d));
    Vector radius;
    __builtin_memcpy(&radius.data, &square, sizeof square);
    const Reals normal = simd::detail::raw_vector(sqrt(radius)) * cosine;
    __builtin_memcpy(to, &normal, sizeof normal);
  }
  // A whole number below 2^52 becomes a double as the last bits of 2^52.
  TRANSFIX_INLINE static Reals uniform(Bits high, Bits low) {
    const auto real = [](Bits bits) { return std::bit_cast<Reals>(bits | 0x4330000000000000) - 0x1p52; };
    return real(Blocks::word(high) >> 5) * 0x1p-27 + real(Blocks::word(low) >> 6) * 0x1p-53;
  }
};
}  // namespace detail

/// What so many calls of random.normal() give, to the last places of a double, several at a time.
template <class Vector = simd::Batch<double>>
void normals(Random& random, std::span<double> numbers) {
  if constexpr (Vector::size > 1) {
    constexpr std::size_t step = 64, width = Blocks::count;
    for (; numbers.size() >= step && random.at_block(); numbers = numbers.subspan(step)) {
      const std::uint64_t first = random.skip_blocks(step);
      const Blocks::Bits stream = Blocks::Bits{} + random.stream();
      Blocks made[step / width];
      for (std::size_t i = 0; i < step; i += 2 * width) {
        const Blocks::Bits number = Blocks::counting(first + i), next = Blocks::counting(first + i + width);
        Blocks blocks{number, number >> 32, stream, stream >> 32}, others{next, next >> 32, stream, stream >> 32};
        philox(random.seed(), blocks, others);
        made[i / width] = blocks;
        made[i / width + 1] = others;
      }
#pragma GCC unroll 1
      for (std::size_t i = 0; i < step; i += width)
        detail::NormalsOfBlocks<Vector>::store(made[i / width], numbers.data() + i);
    }
  }
  for (double& number : numbers) number = random.normal();
}

}  // namespace transfix::inline TRANSFIX_ABI::kernels
