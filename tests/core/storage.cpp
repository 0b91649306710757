// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <transfix/core/storage.hpp>
#include <utility>

using namespace transfix;

namespace {
bool is_zero(const Storage& storage, Index bytes) {
  return std::all_of(storage.data(), storage.data() + bytes, [](std::byte byte) { return byte == std::byte{0}; });
}
}  // namespace

TEST_CASE("storage: small and large blocks are zero and aligned, also where memory was used before") {
  for (const Index bytes :
       {Index{1}, Index{100}, Index{2 * 1024 * 1024 - 1}, Index{2 * 1024 * 1024}, Index{5'000'001}}) {
    for (int round = 0; round < 2; ++round) {
      const Storage storage(bytes);
      CHECK(reinterpret_cast<std::uintptr_t>(storage.data()) % Storage::alignment == 0);
      CHECK(is_zero(storage, bytes));
      std::fill_n(storage.data(), bytes, std::byte{1});
    }
  }
}

TEST_CASE("storage: a moved block keeps its bytes and its place") {
  for (const Index bytes : {Index{100}, Index{3'000'000}}) {
    Storage first(bytes);
    first.data()[bytes - 1] = std::byte{7};
    std::byte* const place = first.data();
    Storage second(std::move(first));
    CHECK(second.data() == place);
    Storage third(10);
    third = std::move(second);
    CHECK(third.data() == place);
    CHECK(third.data()[bytes - 1] == std::byte{7});
  }
}

TEST_CASE("storage: memory of the user is cleared, and refused where it is too little or not aligned") {
  alignas(64) std::byte memory[256];
  std::fill(std::begin(memory), std::end(memory), std::byte{1});
  const Storage storage(memory, 256, 200);
  CHECK(storage.data() == memory);
  CHECK(is_zero(storage, 200));
  CHECK(memory[200] == std::byte{1});
  CHECK_THROWS_WITH_AS(Storage(memory, 100, 200), "the memory given has 100 bytes; 200 are needed", Error);
  CHECK_THROWS_AS(Storage(memory + 1, 255, 200), Error);
}

#if defined(__linux__)
TEST_CASE("storage: large blocks begin with a large page") {
  CHECK(reinterpret_cast<std::uintptr_t>(Storage(5'000'000).data()) % (2 * 1024 * 1024) == 0);
}

TEST_CASE("storage: more than there is gives an error that names the size") {
  constexpr Index bytes = std::numeric_limits<Index>::max() / 8;
  const std::string text = "the system has no memory for a block of " + std::to_string(bytes) + " bytes";
  CHECK_THROWS_WITH_AS(Storage{bytes}, text.c_str(), Error);
}
#endif
