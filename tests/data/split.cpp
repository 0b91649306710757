// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <transfix/data/split.hpp>

using namespace transfix;

TEST_CASE("split: both parts together are the text, and the first has its share rounded down") {
  std::vector<Token> tokens(99);
  std::iota(tokens.begin(), tokens.end(), 0);
  const auto [first, second] = data::split(tokens, 0.9);
  CHECK(first.size() == 89);
  CHECK(second.size() == 10);
  auto joined = first;
  joined.insert(joined.end(), second.begin(), second.end());
  CHECK(joined == tokens);
}

TEST_CASE("split: the usual split of tiny Shakespeare") {
  const auto [train, validation] = data::split(std::vector<Token>(1'115'394), 0.9);
  CHECK(train.size() == 1'003'854);
  CHECK(validation.size() == 111'540);
}

TEST_CASE("split: a share that is not between 0 and 1 is refused") {
  for (const double share : {0.0, 1.0, -0.5, 90.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(data::split(std::vector<Token>(100), share), Error);
  }
  CHECK_THROWS_WITH(data::split(std::vector<Token>(100), 90.0),
                    "split: the share of the first part is 90.000000; choose one between 0 and 1, such as 0.9");
}

TEST_CASE("split: an empty part is refused") {
  CHECK_THROWS_WITH(
      data::split({1, 2, 3}, 0.3),
      "split: a share of 0.300000 of 3 tokens leaves one part empty; give a longer text or another share");
  CHECK_THROWS_AS(data::split({}, 0.5), Error);
  CHECK(data::split({1, 2}, 0.5).second == std::vector<Token>{2});
}
