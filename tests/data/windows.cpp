// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <numeric>
#include <transfix/data/windows.hpp>

using namespace transfix;

namespace {
// Token i of the text is 100 + i, so a token tells where it stood.
std::vector<Token> text_of(std::size_t length) {
  std::vector<Token> tokens(length);
  std::iota(tokens.begin(), tokens.end(), 100);
  return tokens;
}

template <class Text>
concept HasWindows = requires(Text&& text) {
  data::next_token_windows<4>(std::forward<Text>(text));
};

template <Index Context>
void check_each_once(std::size_t length) {
  CAPTURE(Context);
  CAPTURE(length);
  const auto text = text_of(length);
  const auto windows = data::next_token_windows<Context>(text).each_once();
  CHECK(windows.size() == (static_cast<Index>(length) - 1 + Context - 1) / Context);
  CHECK(windows.largest_token() == text.back());
  std::vector<int> seen(length);
  bool next_is_target = true;
  for (Index i = 0; i < windows.size(); ++i) {
    const auto [input, target] = windows.example(i);
    for (Index position = 0; position < Context; ++position) {
      if (target[position] == -1) continue;
      next_is_target = next_is_target && target[position] == input[position] + 1;
      ++seen.at(static_cast<std::size_t>(target[position] - 100));
    }
  }
  CHECK(next_is_target);
  CHECK(seen[0] == 0);
  CHECK(std::count(seen.begin() + 1, seen.end(), 1) == static_cast<Index>(length) - 1);
}
}  // namespace

TEST_CASE("windows: one at every offset, each token's target is the next token") {
  const auto text = text_of(11);
  const auto windows = data::next_token_windows<4>(text);
  REQUIRE(windows.size() == 7);
  CHECK(windows.largest_token() == 110);
  for (Index i = 0; i < windows.size(); ++i) {
    const auto [input, target] = windows.example(i);
    static_assert(input.length == 4 && target.length == 4);
    for (Index position = 0; position < 4; ++position) {
      CHECK(input[position] == 100 + i + position);
      CHECK(target[position] == input[position] + 1);
    }
  }
}

TEST_CASE("windows: side by side, every token but the first is a target exactly once") {
  for (std::size_t length = 2; length < 20; ++length) check_each_once<1>(length);
  for (std::size_t length = 6; length < 40; ++length) check_each_once<5>(length);
  for (std::size_t length = 65; length < 300; length += 31) check_each_once<64>(length);
}

TEST_CASE("windows: targets of the window before are left out of the last one") {
  const auto text = text_of(8);
  const auto windows = data::next_token_windows<4>(text).each_once();
  REQUIRE(windows.size() == 2);
  const auto [input, target] = windows.example(1);
  CHECK(input[0] == 103);
  CHECK(target[0] == -1);
  CHECK(target[1] == 105);
  CHECK(target[3] == 107);
}

TEST_CASE("windows: examples stay good when the windows side by side are moved") {
  const auto text = text_of(8);
  auto windows = data::next_token_windows<4>(text).each_once();
  const auto example = windows.example(1);
  const auto moved = std::move(windows);
  CHECK(example.target.data == moved.example(1).target.data);
  CHECK(example.target[3] == 107);
}

TEST_CASE("windows: the text may be a span, but not a vector that is about to go") {
  const std::array<Token, 6> text = {5, 4, 3, 2, 1, 0};
  CHECK(data::next_token_windows<4>(text).size() == 2);
  CHECK(data::next_token_windows<4>(std::span<const Token>(text)).largest_token() == 5);
  static_assert(HasWindows<std::vector<Token>&> && HasWindows<const std::vector<Token>&>);
  static_assert(!HasWindows<std::vector<Token>> && !HasWindows<const std::vector<Token>>);
}

TEST_CASE("windows: a text that is too short is refused, one that just fits is not") {
  const auto text = text_of(5);
  CHECK(data::next_token_windows<4>(text).size() == 1);
  CHECK_THROWS_WITH_AS(data::next_token_windows<5>(text),
                       "a text, or a part of one, has 5 tokens; windows of context 5 need at least 6: give a longer "
                       "text, a larger share "
                       "of it, or a smaller context",
                       Error);
  CHECK_THROWS_AS(data::next_token_windows<5>(std::span<const Token>()), Error);
}

TEST_CASE("windows: a negative token is refused") {
  const std::vector<Token> text = {1, 2, -1, 3};
  CHECK_THROWS_WITH(data::next_token_windows<2>(text), "token 2 of the text is -1; tokens are numbered from 0");
}
