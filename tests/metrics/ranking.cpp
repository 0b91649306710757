// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <transfix/core/random.hpp>
#include <transfix/metrics/ranking.hpp>
#include <transfix/xtensor.hpp>

using namespace transfix;
using namespace transfix::metrics;

using Truths = std::vector<Token>;
using Scores = std::vector<double>;

TEST_CASE("top-k accuracy: the example of scikit-learn's documentation") {
  const Truths truths{0, 1, 2, 2};
  const Matrix scores{{0.5, 0.2, 0.2}, {0.3, 0.4, 0.2}, {0.2, 0.4, 0.3}, {0.7, 0.2, 0.1}};
  CHECK(top_k_accuracy(truths, scores, 1) == 0.5);
  CHECK(top_k_accuracy(truths, scores, 2) == 0.75);
  CHECK(top_k_accuracy(truths, scores, 3) == 1);
}

TEST_CASE("top-k accuracy: of equal scores the later column wins, and rows without truth are left out") {
  const Matrix equal{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}};
  CHECK(top_k_accuracy(Truths{2, -1, -1}, equal, 1) == 1);
  CHECK(top_k_accuracy(Truths{-1, 1, -1}, equal, 1) == 0);
  CHECK(top_k_accuracy(Truths{-1, 1, -1}, equal, 2) == 1);
  CHECK(top_k_accuracy(Truths{0, 1, 2}, equal, 1) == doctest::Approx(1.0 / 3));
}

TEST_CASE("top-k accuracy: takes a view of a model's logits") {
  const float logits[6] = {1, 2, 3, 3, 2, 1};
  CHECK(top_k_accuracy(Truths{2, 1}, as_xtensor<Shape<2, 3>>(logits), 1) == 0.5);
}

TEST_CASE("ROC-AUC and average precision: the examples of scikit-learn's documentation") {
  const Truths truths{0, 0, 1, 1};
  const Scores scores{0.1, 0.4, 0.35, 0.8};
  CHECK(roc_auc(truths, scores) == doctest::Approx(0.75));
  CHECK(average_precision(truths, scores) == doctest::Approx(5.0 / 6));
}

TEST_CASE("ROC-AUC: the part of pairs that are in order, ties counting half") {
  Random random(7);
  for (int trial = 0; trial < 20; ++trial) {
    Truths truths{0, 1};
    Scores scores{0, 0};
    for (int i = 0; i < 40; ++i) {
      truths.push_back(static_cast<Token>(random.below(2)));
      scores.push_back(static_cast<double>(random.below(8) + truths.back()));
    }
    double ordered = 0, pairs = 0;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      for (std::size_t j = 0; j < truths.size(); ++j) {
        if (truths[i] != 1 || truths[j] != 0) continue;
        ++pairs;
        ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
      }
    }
    CHECK(roc_auc(truths, scores) == doctest::Approx(ordered / pairs));
  }
}

TEST_CASE("ROC-AUC: one against the rest is the mean over classes") {
  const Truths truths{0, 1, 2, 2, -1, 0};
  const Matrix scores{{0.6, 0.3, 0.1}, {0.5, 0.2, 0.3}, {0.1, 0.1, 0.8}, {0.3, 0.5, 0.2}, {9, 9, 9}, {0.4, 0.5, 0.1}};
  double sum = 0;
  for (std::size_t wanted = 0; wanted < 3; ++wanted) {
    Truths binary;
    Scores column;
    for (std::size_t row = 0; row < truths.size(); ++row) {
      binary.push_back(truths[row] < 0 ? -1 : truths[row] == static_cast<Token>(wanted));
      column.push_back(scores(row, wanted));
    }
    sum += roc_auc(binary, column);
  }
  CHECK(roc_auc_one_vs_rest(truths, scores) == doctest::Approx(sum / 3));
  CHECK(sum / 3 < 1);
}

TEST_CASE("average precision: equal scores share a threshold") {
  // Thresholds 3 (1 of 1), 2 (2 of 4), 1 (3 of 5): 1/3 * 1 + 1/3 * 1/2 + 1/3 * 3/5.
  CHECK(average_precision(Truths{1, 0, 1, 0, 1}, Scores{3, 2, 2, 2, 1}) == doctest::Approx((1 + 0.5 + 0.6) / 3));
  CHECK(average_precision(Truths{1, 1, -1, 0}, Scores{4, 3, 9, 1}) == 1);
  CHECK(average_precision(Truths{1, 0, 0, 0}, Scores{1, 1, 1, 1}) == 0.25);
}

TEST_CASE("ranking: what has no value is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(roc_auc(Truths{1, 1}, Scores{1, 2}), Error);
  CHECK_THROWS_WITH(roc_auc(Truths{}, Scores{}), "ROC-AUC: there are no truths; give at least one");
  CHECK_THROWS_WITH(roc_auc(Truths{1, 0}, Scores{1}), doctest::Contains("2 truths and 1 scores"));
  CHECK_THROWS_WITH(roc_auc(Truths{1, 2}, Scores{1, 2}), doctest::Contains("truth 2 at position 1"));
  CHECK_THROWS_WITH(roc_auc(Truths{1, 0}, Scores{1, nan}), doctest::Contains("the score at position 1"));
  CHECK_THROWS_AS(average_precision(Truths{0, 0}, Scores{1, 2}), Error);
  CHECK_THROWS_WITH(roc_auc_one_vs_rest(Truths{0, 1}, Matrix{{1, 2, 3}, {1, 2, 3}}),
                    doctest::Contains("class 2 is the truth of 0 rows of 2"));
  CHECK_THROWS_WITH(top_k_accuracy(Truths{0, 3}, Matrix{{1, 2, 3}, {1, 2, 3}}, 1),
                    doctest::Contains("truth 3 at position 1"));
  CHECK_THROWS_WITH(top_k_accuracy(Truths{0}, Matrix{{1, nan}}, 1), doctest::Contains("row 0, column 1"));
  CHECK_THROWS_AS(top_k_accuracy(Truths{0}, Matrix{{1, 2}}, 3), Error);
  CHECK_THROWS_AS(top_k_accuracy(Truths{0}, Matrix{{1, 2}}, 0), Error);
  CHECK_THROWS_AS(top_k_accuracy(Truths{-1}, Matrix{{1, 2}}, 1), Error);
  CHECK_THROWS_AS(top_k_accuracy(Truths{0, 1}, Matrix{{1, 2}}, 1), Error);
}
