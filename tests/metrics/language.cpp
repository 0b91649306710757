// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <transfix/metrics/language.hpp>

using namespace transfix;
using namespace transfix::metrics;

TEST_CASE("perplexity: a uniform guess among n tokens has perplexity n") {
  CHECK(perplexity(std::log(65.0)) == doctest::Approx(65));
  CHECK(perplexity(0) == 1);
}

TEST_CASE("bits per character: a uniform guess among 2^n characters needs n bits, shared by those of a token") {
  CHECK(bits_per_character(std::log(256.0)) == doctest::Approx(8));
  CHECK(bits_per_character(std::log(256.0), 100, 400) == doctest::Approx(2));
  CHECK_THROWS_AS(bits_per_character(1, 0, 10), Error);
  CHECK_THROWS_WITH(bits_per_character(1, 10, 0), doctest::Contains("10 tokens and 0 characters"));
}

TEST_CASE("exact match: counts sequences that are equal as a whole") {
  CHECK(exact_match<std::string>({"yes", "no", "yes "}, {"yes", "yes", "yes"}) == doctest::Approx(1.0 / 3));
  const std::vector<std::vector<Token>> hypotheses{{1, 2}, {1, 2, 3}}, references{{1, 2}, {1, 2}};
  CHECK(exact_match(hypotheses, references) == 0.5);
  CHECK_THROWS_AS(exact_match<std::string>({}, {}), Error);
  CHECK_THROWS_AS(exact_match<std::string>({"a"}, {"a", "b"}), Error);
}
