// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <transfix/core/random.hpp>
#include <vector>

using namespace transfix;

namespace {
struct Moments {
  double mean, variance, third, fourth, least, greatest;
};
// The moments of standardised numbers, and the extremes of the numbers as they are.
Moments moments(auto draw, double mean, double deviation) {
  constexpr int count = 200'000;
  Moments result{0, 0, 0, 0, 1e9, -1e9};
  for (int i = 0; i < count; ++i) {
    const double number = draw(), x = (number - mean) / deviation;
    result.mean += x / count;
    result.variance += x * x / count;
    result.third += x * x * x / count;
    result.fourth += x * x * x * x / count;
    result.least = std::min(result.least, number);
    result.greatest = std::max(result.greatest, number);
  }
  return result;
}
}  // namespace

// Known answers of the Random123 library, file kat_vectors.
TEST_CASE("philox: known answers") {
  using Block = std::array<std::uint32_t, 4>;
  static_assert(philox(0, {0, 0, 0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox(~std::uint64_t{0}, {~0u, ~0u, ~0u, ~0u}) == Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox(0x299f31d0'a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: uniform numbers lie in [0, 1) and have the moments of the uniform distribution") {
  Random random(7);
  const Moments m = moments([&] { return random.uniform(); }, 0.5, std::sqrt(1.0 / 12.0));
  CHECK(m.least >= 0.0);
  CHECK(m.greatest < 1.0);
  CHECK(std::abs(m.mean) < 0.01);
  CHECK(std::abs(m.variance - 1.0) < 0.01);
  CHECK(std::abs(m.third) < 0.02);
  CHECK(std::abs(m.fourth - 1.8) < 0.03);
}

TEST_CASE("random: normal numbers have the moments of the normal distribution") {
  Random random(7);
  const Moments m = moments([&] { return random.normal(); }, 0.0, 1.0);
  CHECK(std::abs(m.mean) < 0.01);
  CHECK(std::abs(m.variance - 1.0) < 0.015);
  CHECK(std::abs(m.third) < 0.04);
  CHECK(std::abs(m.fourth - 3.0) < 0.1);
  CHECK(m.least < -3.5);
  CHECK(m.greatest > 3.5);
}

TEST_CASE("random: the transform of Box and Muller, to the last bits of its logarithm and its cosine") {
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const double x = std::ldexp(1 - random.uniform(), -(i % 50)), turn = random.uniform();
    CHECK(detail::logarithm(x) == doctest::Approx(std::log(x)).epsilon(1e-15).scale(0));
    CHECK(std::abs(detail::cosine_of_turns(turn) - std::cos(2 * std::numbers::pi * turn)) < 1e-15);
  }
  CHECK(detail::logarithm(1.0) == 0);
}

TEST_CASE("random: below reaches every number of its range equally often") {
  Random random(3);
  int counts[7] = {};
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) CHECK(std::abs(count - 10'000) < 400);
}

TEST_CASE("random: a seed and a stream name a sequence") {
  Random first(1, 2), again(1, 2), other_seed(2, 2), other_stream(1, 3);
  int same_as_other_seed = 0, same_as_other_stream = 0;
  for (int i = 0; i < 100; ++i) {
    const std::uint32_t bits = first.bits();
    CHECK(bits == again.bits());
    same_as_other_seed += bits == other_seed.bits();
    same_as_other_stream += bits == other_stream.bits();
  }
  CHECK(same_as_other_seed == 0);
  CHECK(same_as_other_stream == 0);
}

TEST_CASE("random: numbers of a sequence do not repeat from block to block") {
  Random random(1);
  std::array<std::uint32_t, 64> bits{};
  for (auto& number : bits) number = random.bits();
  std::sort(bits.begin(), bits.end());
  CHECK(std::adjacent_find(bits.begin(), bits.end()) == bits.end());
}
