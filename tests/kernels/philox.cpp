// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/kernels/philox.hpp>

using namespace transfix;
using kernels::Blocks;

TEST_CASE("philox: blocks side by side are those that are made one by one") {
  const std::uint64_t key = 0x89abcdef'01234567, first = 0xfffffffd;  // words run over within a vector
  const Blocks::Bits streams = Blocks::Bits{} + 0xfedcba98'76543210;
  const auto counters = [&](std::uint64_t number) {
    const Blocks::Bits numbers = Blocks::counting(number);
    return Blocks{numbers, numbers >> 32, streams, streams >> 32};
  };
  Blocks blocks = counters(first), others = counters(first + Blocks::count);
  kernels::philox(key, blocks, others);
  std::uint64_t number = first;
  for (const Blocks& made : {blocks, others}) {
    const Blocks::Bits words[] = {Blocks::word(made.a), Blocks::word(made.b), Blocks::word(made.c),
                                  Blocks::word(made.d)};
    for (std::size_t lane = 0; lane < Blocks::count; ++lane, ++number) {
      const auto expected = philox(
          key, {static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32), 0x76543210, 0xfedcba98});
      for (std::size_t word = 0; word < 4; ++word) CHECK(words[word][lane] == expected[word]);
    }
  }
}
