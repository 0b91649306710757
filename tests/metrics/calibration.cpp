// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/metrics/calibration.hpp>

using namespace transfix;
using namespace transfix::metrics;

using Truths = std::vector<Token>;

TEST_CASE("calibration: errors of bins by hand") {
  // With 5 bins: (0.4, 0.6] holds 0.5 and 0.6, one of them right; (0.8, 1] holds 0.9 and 1, both right.
  const Truths truths{0, 1, 0, 1};
  const Matrix probabilities{{0.5, 0.5}, {0.6, 0.4}, {0.9, 0.1}, {0, 1}};
  const auto diagram = reliability(truths, probabilities, 5);
  REQUIRE(diagram.size() == 5);
  CHECK(diagram[2].count == 2);
  CHECK(diagram[2].confidence == doctest::Approx(0.55));
  CHECK(diagram[2].accuracy == 0.5);
  CHECK(diagram[3].count == 0);
  CHECK(diagram[3].accuracy == 0);
  CHECK(diagram[4].count == 2);
  CHECK(expected_calibration_error(truths, probabilities, 5) == doctest::Approx((2 * 0.05 + 2 * 0.05) / 4));
  CHECK(expected_calibration_error(Truths{0, -1, 1, -1}, probabilities, 5) == doctest::Approx((0.5 + 0.9) / 2));
  CHECK(maximum_calibration_error(Truths{0, -1, 1, -1}, probabilities, 5) == doctest::Approx(0.9));
  CHECK(reliability(truths, probabilities).size() == 15);
}

TEST_CASE("calibration: who is right as often as he says has an error near 0, who overstates has the difference") {
  Random random(11);
  Truths truths;
  Matrix honest({20000, 2}), boastful({20000, 2});
  for (std::size_t row = 0; row < 20000; ++row) {
    const double confidence = 0.5 + static_cast<double>(random.below(40)) / 100;
    truths.push_back(static_cast<double>(random.below(1000)) < 1000 * confidence ? 0 : 1);
    honest(row, 0) = confidence;
    boastful(row, 0) = confidence + 0.1;
    honest(row, 1) = 1 - honest(row, 0);
    boastful(row, 1) = 1 - boastful(row, 0);
  }
  CHECK(expected_calibration_error(truths, honest) < 0.02);
  CHECK(expected_calibration_error(truths, boastful) == doctest::Approx(0.1).epsilon(0.1));
  CHECK(maximum_calibration_error(truths, honest) >= expected_calibration_error(truths, honest));
  CHECK(brier_score(truths, honest) < brier_score(truths, boastful));
}

TEST_CASE("Brier score: the example of scikit-learn's documentation, and twice of it for distributions") {
  const Truths truths{0, 1, 1, 0};
  const std::vector<double> probabilities{0.1, 0.9, 0.8, 0.3};
  CHECK(brier_score(truths, probabilities) == doctest::Approx(0.0375));
  CHECK(brier_score(truths, Matrix{{0.9, 0.1}, {0.1, 0.9}, {0.2, 0.8}, {0.7, 0.3}}) == doctest::Approx(0.075));
  CHECK(brier_score(Truths{2}, Matrix{{1, 0, 0}}) == doctest::Approx(2));
  CHECK(brier_score(Truths{-1, 1}, std::vector<double>{0.7, 0.5}) == doctest::Approx(0.25));
}

TEST_CASE("calibration: what is no distribution is refused") {
  CHECK_THROWS_WITH(brier_score(Truths{0}, Matrix{{2.5, -1.5}}), doctest::Contains("2.500000 in row 0"));
  CHECK_THROWS_WITH(expected_calibration_error(Truths{0, 0}, Matrix{{0.5, 0.5}, {0.5, 0.4}}),
                    doctest::Contains("row 1 have the sum 0.900000"));
  CHECK_THROWS_AS(expected_calibration_error(Truths{0}, Matrix{{0.5, 0.5}}, 0), Error);
  CHECK_THROWS_AS(expected_calibration_error(Truths{-1}, Matrix{{0.5, 0.5}}), Error);
  CHECK_THROWS_AS(brier_score(Truths{-1}, std::vector<double>{0.5}), Error);
  CHECK_THROWS_AS(brier_score(Truths{}, std::vector<double>{}), Error);
  CHECK_THROWS_AS(brier_score(Truths{2}, std::vector<double>{0.5}), Error);
  CHECK_THROWS_AS(brier_score(Truths{1}, std::vector<double>{1.5}), Error);
}
