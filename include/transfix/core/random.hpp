// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <transfix/core/shape.hpp>

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
}  // namespace detail

/// Counter-based random bits, Philox4x32-10 (Salmon et al. 2011): 128 bits that are a pure function
/// of a 64-bit key and a 128-bit counter, so that any random number can be made again at any time.
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t key, std::array<std::uint32_t, 4> counter) {
  detail::philox_rounds(key, [&](std::uint32_t low, std::uint32_t high) {
    detail::philox_round(low, high, counter[0], counter[1], counter[2], counter[3]);
  });
  return counter;
}

/// A sequence of random numbers with the key `seed`; equal seeds and streams give equal numbers on
/// every machine.
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
    return uniform_of(high, low);
  }

  /// What so many calls of uniform() give, faster.
  constexpr void uniforms(std::span<double> numbers) {
    constexpr std::size_t together = 64;  // enough for loops over them to become vectors
    using Words = std::array<std::uint32_t, together>;
    while (used_ == 4 && numbers.size() >= 2 * together) {
      Words a{}, b{}, c{}, d{};
      for (std::size_t i = 0; i < together; ++i) {
        const std::uint64_t count = count_ + i;
        a[i] = static_cast<std::uint32_t>(count), b[i] = static_cast<std::uint32_t>(count >> 32);
        c[i] = static_cast<std::uint32_t>(stream_), d[i] = static_cast<std::uint32_t>(stream_ >> 32);
      }
      detail::philox_rounds(seed_, [&](std::uint32_t low, std::uint32_t high) {
        for (std::size_t i = 0; i < together; ++i) detail::philox_round(low, high, a[i], b[i], c[i], d[i]);
      });
      for (std::size_t i = 0; i < together; ++i) {
        numbers[2 * i] = uniform_of(a[i], b[i]);
        numbers[2 * i + 1] = uniform_of(c[i], d[i]);
      }
      count_ += together;
      numbers = numbers.subspan(2 * together);
    }
    for (double& number : numbers) number = uniform();
  }

  /// Uniform in 0 .. count - 1.
  constexpr Index below(Index count) {
    const auto index = static_cast<Index>(uniform() * static_cast<double>(count));
    return index < count ? index : count - 1;
  }

  /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
  }

 private:
  static constexpr double uniform_of(std::uint32_t high, std::uint32_t low) {
    return static_cast<double>((std::uint64_t{high >> 5} << 26) | (low >> 6)) * 0x1p-53;
  }

  std::uint64_t seed_, stream_, count_ = 0;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
};

}  // namespace transfix::inline TRANSFIX_ABI
