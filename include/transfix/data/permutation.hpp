// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <bit>
#include <transfix/core/random.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A random order of 0 .. size - 1 as a function of the position that needs no memory: a pure function of size, key
/// and stream, and so the same on every machine. It is a swap-or-not network (Hoang, Morris and Rogaway 2012): every
/// round mirrors the numbers at a random place, and exchanges each with its mirror image or does not, by a random bit.
/// A call takes a few microseconds.
class Permutation {
 public:
  constexpr Permutation(Index size, std::uint64_t key, std::uint64_t stream)
      : size_(static_cast<std::uint64_t>(size)), rounds_(32 + static_cast<std::uint32_t>(std::bit_width(size_))) {
    constexpr std::uint32_t purpose = 0x6F726465, all = 0xFFFFFFFF;  // apart from other random numbers of this key
    key_ = joined(
        philox(key, {static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32), purpose, all}));
  }

  constexpr Index size() const { return static_cast<Index>(size_); }

  /// The number at a position, both in 0 .. size - 1.
  constexpr Index operator()(Index position) const {
    auto number = static_cast<std::uint64_t>(position);
    for (std::uint32_t round = 0; round < rounds_; ++round) {
      const std::uint64_t mirror = random(0, 2 * round) % size_;
      const std::uint64_t image = (mirror + size_ - number) % size_;
      if (random(std::max(number, image), 2 * round + 1) & 1) number = image;
    }
    return static_cast<Index>(number);
  }

 private:
  static constexpr std::uint64_t joined(std::array<std::uint32_t, 4> bits) {
    return std::uint64_t{bits[0]} << 32 | bits[1];
  }
  constexpr std::uint64_t random(std::uint64_t value, std::uint32_t step) const {
    return joined(philox(key_, {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32), step, 0}));
  }

  std::uint64_t size_, key_ = 0;
  std::uint32_t rounds_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
