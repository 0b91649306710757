// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/class_weights.hpp>

using namespace transfix;

TEST_CASE("class weights: all classes have the same say, and the mean weight is 1") {
  const std::vector<Token> labels = {0, 0, 0, 1, 2, 2, -1, 0};
  const auto weights = data::balanced_class_weights(labels, 3);
  REQUIRE(weights.size() == 3);
  CHECK(weights[0] == doctest::Approx(7.0 / (3 * 4)));
  CHECK(weights[1] == doctest::Approx(7.0 / (3 * 1)));
  CHECK(weights[2] == doctest::Approx(7.0 / (3 * 2)));
  CHECK(4 * weights[0] + 1 * weights[1] + 2 * weights[2] == doctest::Approx(7));
}

TEST_CASE("class weights: labels outside the classes and classes without examples are refused") {
  CHECK_THROWS_WITH_AS(data::balanced_class_weights(std::vector<Token>{0, 3}, 3),
                       "class weights: label 1 is 3, but the classes are 0 to 2", Error);
  CHECK_THROWS_AS(data::balanced_class_weights(std::vector<Token>{0, -2}, 3), Error);
  CHECK_THROWS_WITH(data::balanced_class_weights(std::vector<Token>{0, 2}, 3),
                    doctest::Contains("class 1 has no example"));
  CHECK_THROWS_AS(data::balanced_class_weights(std::vector<Token>{}, 1), Error);
  CHECK_THROWS_AS(data::balanced_class_weights(std::vector<Token>{}, 0), Error);
}
