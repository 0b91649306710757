// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/metrics/regression.hpp>

using namespace transfix;
using namespace transfix::metrics;

using Numbers = std::vector<double>;

TEST_CASE("regression: errors and R squared by hand") {
  const Numbers truths{3, -0.5, 2, 7}, predictions{2.5, 0, 2, 8};
  CHECK(mean_squared_error(truths, predictions) == doctest::Approx(0.375));
  CHECK(mean_absolute_error(truths, predictions) == doctest::Approx(0.5));
  CHECK(r_squared(truths, predictions) == doctest::Approx(1 - 1.5 / 29.1875));
}

TEST_CASE("R squared: 1 for the truth, 0 for its mean, less for worse, and as documented for a constant") {
  const Numbers truths{1, 2, 3};
  CHECK(r_squared(truths, truths) == 1);
  CHECK(r_squared(truths, Numbers{2, 2, 2}) == doctest::Approx(0));
  CHECK(r_squared(truths, Numbers{3, 2, 1}) == doctest::Approx(-3));
  CHECK(r_squared(Numbers{5, 5}, Numbers{5, 5}) == 1);
  CHECK(r_squared(Numbers{5, 5}, Numbers{5, 6}) == 0);
}

TEST_CASE("Pearson correlation: of lines 1 and -1, else by hand") {
  const Numbers numbers{1, 2, 4, 8};
  CHECK(pearson_correlation(numbers, Numbers{3, 5, 9, 17}) == doctest::Approx(1));
  CHECK(pearson_correlation(numbers, Numbers{-1, -2, -4, -8}) == doctest::Approx(-1));
  CHECK(pearson_correlation(Numbers{1, 2, 3}, Numbers{1, 3, 2}) == doctest::Approx(0.5));
}

TEST_CASE("Spearman correlation: sees the order only, and equal numbers share a rank") {
  const Numbers numbers{1, 2, 4, 8};
  CHECK(spearman_correlation(numbers, Numbers{1, 10, 11, 1000}) == doctest::Approx(1));
  CHECK(pearson_correlation(numbers, Numbers{1, 10, 11, 1000}) < 0.95);
  CHECK(spearman_correlation(numbers, Numbers{4, 3, 2, 1}) == doctest::Approx(-1));
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
  CHECK(spearman_correlation(numbers, Numbers{1, 5, 5, 9}) == doctest::Approx(4.5 / std::sqrt(5 * 4.5)));
}

TEST_CASE("regression: what has no value is refused") {
  CHECK_THROWS_WITH_AS(mean_squared_error(Numbers{}, Numbers{}),
                       "mean squared error: there are no truths; give at least one", Error);
  CHECK_THROWS_WITH_AS(mean_absolute_error(Numbers{1, 2}, Numbers{1}),
                       "mean absolute error: there are 2 truths and 1 predictions; give one for each of the other",
                       Error);
  CHECK_THROWS_AS(r_squared(Numbers{}, Numbers{}), Error);
  CHECK_THROWS_WITH(pearson_correlation(Numbers{1, 1}, Numbers{1, 2}), doctest::Contains("one side are equal"));
  CHECK_THROWS_WITH(spearman_correlation(Numbers{1, 2}, Numbers{3, 3}), doctest::Contains("Spearman correlation"));
  CHECK_THROWS_AS(spearman_correlation(Numbers{1, 2}, Numbers{3}), Error);
}
