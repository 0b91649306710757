// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <transfix/text/sequence.hpp>
#include <vector>

using namespace transfix;
using namespace transfix::text;
using List = std::vector<Token>;

TEST_CASE("sequence: short ones are padded and long ones cut, at either side") {
  const List tokens{1, 2, 3, 4};
  List out(6, 77);
  CHECK(fill_sequence(tokens, out) == 4);
  CHECK(out == List{1, 2, 3, 4, 0, 0});
  CHECK(fill_sequence(tokens, out, {.padding = -1, .padded = Side::left}) == 4);
  CHECK(out == List{-1, -1, 1, 2, 3, 4});
  std::array<Token, 3> fixed{};
  CHECK(fill_sequence(tokens, fixed) == 3);
  CHECK(fixed == std::array<Token, 3>{1, 2, 3});
  CHECK(fill_sequence(tokens, fixed, {.cut = Side::left}) == 3);
  CHECK(fixed == std::array<Token, 3>{2, 3, 4});
  CHECK(fill_sequence({}, fixed, {.padding = 9}) == 0);
  CHECK(fixed == std::array<Token, 3>{9, 9, 9});
}

TEST_CASE("sequence: begin and end are always there") {
  const List tokens{1, 2, 3, 4};
  const SequenceFormat format{.begin = 50, .end = 51};
  List out(8);
  CHECK(fill_sequence(tokens, out, format) == 6);
  CHECK(out == List{50, 1, 2, 3, 4, 51, 0, 0});
  out.resize(4);
  CHECK(fill_sequence(tokens, out, format) == 4);
  CHECK(out == List{50, 1, 2, 51});
  out.resize(2);
  CHECK(fill_sequence(tokens, out, format) == 2);
  CHECK(out == List{50, 51});
  out.resize(1);
  CHECK_THROWS_WITH(fill_sequence(tokens, out, format),
                    "a sequence of length 1 has no room for its 2 begin and end tokens; make it longer");
}

TEST_CASE("sequence: a pair has segments, and its padding is in segment 0") {
  const List first{1, 2}, second{3};
  const SequenceFormat format{.padding = 9, .begin = 50, .end = 51};
  List out(8), segments(8, 7);
  CHECK(fill_pair(first, second, out, segments, format) == 6);
  CHECK(out == List{50, 1, 2, 51, 3, 51, 9, 9});
  CHECK(segments == List{0, 0, 0, 0, 1, 1, 0, 0});
  CHECK(fill_pair(first, second, out, segments, {.padding = 9, .begin = 50, .end = 51, .padded = Side::left}) == 6);
  CHECK(out == List{9, 9, 50, 1, 2, 51, 3, 51});
  CHECK(segments == List{0, 0, 0, 0, 0, 0, 1, 1});
  segments.resize(7);
  CHECK_THROWS_AS(fill_pair(first, second, out, segments, format), Error);
  out.resize(2), segments.resize(2);
  CHECK_THROWS_AS(fill_pair(first, second, out, segments, format), Error);
}

TEST_CASE("sequence: of a pair that is too long, the longer one is cut token by token") {
  const SequenceFormat format{.begin = 50, .end = 51};
  for (std::size_t length_first = 0; length_first < 9; ++length_first) {
    for (std::size_t length_second = 0; length_second < 9; ++length_second) {
      for (std::size_t length = 3; length < 22; ++length) {
        const List first(length_first, 1), second(length_second, 2);
        std::size_t kept_first = length_first, kept_second = length_second;
        while (kept_first + kept_second + 3 > length) --(kept_first > kept_second ? kept_first : kept_second);
        List expected{50};
        expected.insert(expected.end(), kept_first, 1);
        expected.push_back(51);
        expected.insert(expected.end(), kept_second, 2);
        expected.push_back(51);
        const auto counted = std::ssize(expected);
        expected.resize(length, 0);
        List out(length), segments(length);
        REQUIRE(fill_pair(first, second, out, segments, format) == counted);
        REQUIRE(out == expected);
      }
    }
  }
}
