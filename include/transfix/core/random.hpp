// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <numbers>
#include <transfix/core/math.hpp>
#include <transfix/core/shape.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// One round of Philox on a counter of four words.
constexpr void philox_round(std::uint32_t key_low, std::uint32_t key_high, std::uint32_t& a, std::uint32_t& b,
                            std::uint32_t& c, std::uint32_t& d) {
  const std::uint64_t first = std::uint64_t{0xD2511F53u} * a, second = std::uint64_t{0xCD9E8D57u} * c;
  a = static_cast<std::uint32_t>(second >> 32) ^ b ^ key_low;
  b = static_cast<std::uint32_t>(second);
  c = static_cast<std::uint32_t>(first >> 32) ^ d ^ key_high;
  d = static_cast<std::uint32_t>(first);
}
/// Calls round(key_low, key_high) for each of the ten rounds.
constexpr void philox_rounds(std::uint64_t key, auto&& round) {
  auto key_low = static_cast<std::uint32_t>(key), key_high = static_cast<std::uint32_t>(key >> 32);
  for (int number = 0; number < 10; ++number) {
    round(key_low, key_high);
    key_low += 0x9E3779B9u;
    key_high += 0xBB67AE85u;
  }
}

// In place of the logarithm and the cosine of a library: these take vectors too. Both are Taylor series, cut off below
// the rounding of a double.
template <class Real>
constexpr Real power_series(Real, double coefficient) {
  return Real{} + coefficient;
}
template <class Real>
constexpr Real power_series(Real z, double coefficient, auto... higher) {
  return coefficient + z * power_series(z, higher...);
}

/// The logarithm of 0 < x <= 1: with x = 2^e m, e log 2 + 2 artanh((m - 1) / (m + 1)) for m about 1.
/// Real is double, or a vector of the compiler's; Bits are as many whole numbers of 64 bits.
template <class Bits = std::uint64_t, class Real>
constexpr Real logarithm(Real x) {
  constexpr std::uint64_t one = 0x3ff0000000000000, root_of_half = 0x3fe6a09e667f3bcd, fraction = 0x000fffffffffffff;
  const Bits bits = std::bit_cast<Bits>(x) + (one - root_of_half);
  const Real exponent = std::bit_cast<Real>((bits >> 52) | 0x4330000000000000) - (0x1p52 + 1023);
  const Real m = std::bit_cast<Real>((bits & fraction) + root_of_half), s = (m - 1) / (m + 1);
  return exponent * std::numbers::ln2 + s * power_series(s * s, 2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11,
                                                         2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21);
}
/// The cosine of 0 <= x < 1 turns: the sine of the distance from a half, less a quarter of a turn.
template <class Bits = std::uint64_t, class Real>
constexpr Real cosine_of_turns(Real x) {
  constexpr std::uint64_t without_sign = 0x7fffffffffffffff;
  const Real from_half = std::bit_cast<Real>(std::bit_cast<Bits>(x - 0.5) & without_sign);
  const Real angle = 2 * std::numbers::pi * (from_half - 0.25);
  return angle * power_series(angle * angle, 1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800,
                              1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000, -1.0 / 121645100408832000,
                              1.0 / 51090942171709440000.0);
}
template <class Bits = std::uint64_t, class Real>
constexpr Real square_of_radius(Real uniform) {
  return -2 * logarithm<Bits>(1 - uniform);
}
}  // namespace detail

/// Counter-based random bits, Philox4x32-10 (Salmon et al. 2011): 128 bits that are a pure function
/// of a 64-bit key and a 128-bit counter, so that any random number can be made again at any time.
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t key, std::array<std::uint32_t, 4> counter) {
  detail::philox_rounds(key, [&](std::uint32_t low, std::uint32_t high) {
    detail::philox_round(low, high, counter[0], counter[1], counter[2], counter[3]);
  });
  return counter;
}

/// A sequence of random numbers with the key `seed`; equal seeds and streams give equal bits and uniform numbers on
/// every machine, and normal ones that agree to the last places of a double, as compilers may fuse operations.
class Random {
 public:
  constexpr explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  constexpr std::uint32_t bits() {
    if (used_ == 4) {
      block_ = philox(seed_, {static_cast<std::uint32_t>(count_), static_cast<std::uint32_t>(count_ >> 32),
                              static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)});
      ++count_;
      used_ = 0;
    }
    return block_[static_cast<std::size_t>(used_++)];
  }

  /// Uniform in [0, 1), with 53 random bits.
  constexpr double uniform() {
    const std::uint32_t high = bits(), low = bits();
    return (high >> 5) * 0x1p-27 + (low >> 6) * 0x1p-53;
  }

  /// Uniform in 0 .. count - 1.
  constexpr Index below(Index count) {
    const auto index = static_cast<Index>(uniform() * static_cast<double>(count));
    return index < count ? index : count - 1;
  }

  /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
  double normal() {
    const double radius = math::sqrt(detail::square_of_radius(uniform()));
    return radius * detail::cosine_of_turns(uniform());
  }

  // For code that makes many blocks of four numbers together (kernels/normals.hpp).
  constexpr std::uint64_t seed() const { return seed_; }
  constexpr std::uint64_t stream() const { return stream_; }
  constexpr bool at_block() const { return used_ == 4; }
  /// Leaves out `count` blocks, of which the first has the number that is returned.
  constexpr std::uint64_t skip_blocks(std::uint64_t count) { return std::exchange(count_, count_ + count); }

 private:
  std::uint64_t seed_, stream_, count_ = 0;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace transfix::inline TRANSFIX_ABI
