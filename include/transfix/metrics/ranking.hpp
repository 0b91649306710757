// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/metrics/matrix.hpp>
#include <transfix/metrics/ranks.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics {

namespace detail {
/// Scores of the pairs that count, and which of them belong to the class that is asked for.
struct Ranking {
  std::vector<double> scores;
  std::vector<bool> positive;
  double positives = 0, negatives = 0;

  void add(double score, bool is_positive) {
    scores.push_back(score);
    positive.push_back(is_positive);
    (is_positive ? positives : negatives) += 1;
  }

  /// The ranking of truths 0 and 1; those below 0 are left out.
  static Ranking binary(const char* measure, std::span<const Token> truths, std::span<const double> scores) {
    check_pairs(measure, "truths", truths.size(), "scores", scores.size());
    Ranking ranking;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      if (truths[i] > 1) fail(measure, ": truth ", truths[i], " at position ", i, " is neither 0 nor 1");
      if (std::isnan(scores[i])) fail(measure, ": the score at position ", i, " is not a number");
      if (truths[i] >= 0) ranking.add(scores[i], truths[i] == 1);
    }
    return ranking;
  }

  /// The part of all pairs of a positive and a negative in which the positive has the higher score; ties are half.
  double area() const {
    const std::vector<double> ranks = average_ranks(scores);
    double sum = -positives * (positives + 1) / 2;
    for (std::size_t i = 0; i < ranks.size(); ++i) sum += positive[i] ? ranks[i] : 0;
    return sum / (positives * negatives);
  }
};
}  // namespace detail

/// The part of the rows whose true class is among the `k` highest scores. Of equal scores the later column is the
/// higher, as in scikit-learn. Rows with a truth below 0 are left out. Scores are [rows, classes]: logits will do.
inline double top_k_accuracy(std::span<const Token> truths, const Matrix& scores, Index k) {
  detail::check_scores("top-k accuracy", truths, scores);
  const auto classes = static_cast<Index>(scores.shape(1));
  if (k < 1 || k > classes) fail("top-k accuracy: k is ", k, "; it must be from 1 to the ", classes, " classes");
  double hits = 0, rows = 0;
  for (std::size_t row = 0; row < truths.size(); ++row) {
    if (truths[row] < 0) continue;
    const auto truth = static_cast<std::size_t>(truths[row]);
    Index above = 0;
    for (std::size_t column = 0; column < scores.shape(1); ++column) {
      const double score = scores(row, column), wanted = scores(row, truth);
      if (score > wanted || (score == wanted && column > truth)) ++above;
    }
    hits += above < k ? 1 : 0;
    ++rows;
  }
  if (rows == 0) fail("top-k accuracy: all truths are below 0, so no row is left; give at least one that counts");
  return hits / rows;
}

/// The area under the curve of true over false positives (ROC) for truths 0 and 1 and the scores of class 1: the
/// chance that a positive has a higher score than a negative, where ties count half. Truths below 0 are left out.
/// Fails unless both classes occur.
inline double roc_auc(std::span<const Token> truths, std::span<const double> scores) {
  const auto ranking = detail::Ranking::binary("ROC-AUC", truths, scores);
  if (ranking.positives == 0 || ranking.negatives == 0) {
    fail("ROC-AUC: all truths are of one class, for which there is no curve; give some of both");
  }
  return ranking.area();
}

/// The mean over classes of the area of each against all others. Scores are [rows, classes]; truths below 0 are left
/// out. Fails unless each class occurs, and not alone.
inline double roc_auc_one_vs_rest(std::span<const Token> truths, const Matrix& scores) {
  detail::check_scores("ROC-AUC", truths, scores);
  double sum = 0;
  for (std::size_t wanted = 0; wanted < scores.shape(1); ++wanted) {
    detail::Ranking ranking;
    for (std::size_t row = 0; row < truths.size(); ++row) {
      if (truths[row] >= 0) ranking.add(scores(row, wanted), truths[row] == static_cast<Token>(wanted));
    }
    if (ranking.positives == 0 || ranking.negatives == 0) {
      fail("ROC-AUC: class ", wanted, " is the truth of ", static_cast<Index>(ranking.positives), " rows of ",
           ranking.scores.size(), ", for which there is no curve; give rows of this class and of others");
    }
    sum += ranking.area();
  }
  return sum / static_cast<double>(scores.shape(1));
}

/// The average precision for truths 0 and 1: the sum over thresholds of (recall - recall before) * precision, without
/// interpolation; equal scores share a threshold. Truths below 0 are left out. Fails without a positive.
inline double average_precision(std::span<const Token> truths, std::span<const double> scores) {
  const auto ranking = detail::Ranking::binary("average precision", truths, scores);
  if (ranking.positives == 0) fail("average precision: no truth is 1, so there is nothing to find; give some");
  std::vector<std::size_t> places = detail::ascending(ranking.scores);
  std::ranges::reverse(places);
  double hits = 0, hits_before = 0, sum = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    hits += ranking.positive[places[i]] ? 1 : 0;
    const bool threshold = i + 1 == places.size() || ranking.scores[places[i + 1]] != ranking.scores[places[i]];
    if (!threshold) continue;
    sum += (hits - hits_before) * hits / static_cast<double>(i + 1);
    hits_before = hits;
  }
  return sum / ranking.positives;
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics
