// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <transfix/metrics/matrix.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::metrics {

namespace detail {
/// The law of distributions: each row is one, and has a truth that is one of its columns.
inline void check_distributions(const char* measure, std::span<const Token> truths, const Matrix& probabilities) {
  check_scores(measure, truths, probabilities);
  for (std::size_t row = 0; row < truths.size(); ++row) {
    double sum = 0;
    for (std::size_t column = 0; column < probabilities.shape(1); ++column) {
      const double probability = probabilities(row, column);
      if (!(probability >= 0 && probability <= 1)) {
        fail(measure, ": ", std::to_string(probability), " in row ", row,
             " is no probability; take the softmax of logits");
      }
      sum += probability;
    }
    if (std::abs(sum - 1) > 1e-3) {
      fail(measure, ": the probabilities of row ", row, " have the sum ", std::to_string(sum),
           " and not 1; take the softmax of logits");
    }
  }
}

/// How many truths count; at least one must.
inline double counted(const char* measure, std::span<const Token> truths) {
  const auto count = std::ranges::count_if(truths, [](Token truth) { return truth >= 0; });
  if (count == 0) fail(measure, ": all truths are below 0, so nothing is left; give at least one that counts");
  return static_cast<double>(count);
}
}  // namespace detail

/// The predictions whose confidence lies in one bin of a reliability diagram.
struct ReliabilityBin {
  Index count = 0;
  double confidence = 0;  ///< mean probability of the predicted classes, 0 in an empty bin
  double accuracy = 0;    ///< part of the predictions that are right, 0 in an empty bin
};

/// The reliability diagram of predictions: bin m of M holds those rows whose highest probability, the confidence, lies
/// in (m / M, (m + 1) / M]. Probabilities are [rows, classes]; of equal ones the first is the prediction. Rows with a
/// truth below 0 are left out.
inline std::vector<ReliabilityBin> reliability(std::span<const Token> truths, const Matrix& probabilities,
                                               Index bins = 15) {
  if (bins < 1) fail("reliability: ", bins, " bins were asked for; give at least one");
  detail::check_distributions("reliability", truths, probabilities);
  detail::counted("reliability", truths);
  std::vector<ReliabilityBin> diagram(static_cast<std::size_t>(bins));
  for (std::size_t row = 0; row < truths.size(); ++row) {
    if (truths[row] < 0) continue;
    std::size_t best = 0;
    for (std::size_t column = 1; column < probabilities.shape(1); ++column) {
      if (probabilities(row, column) > probabilities(row, best)) best = column;
    }
    const double confidence = probabilities(row, best);
    const auto place = static_cast<Index>(std::ceil(confidence * static_cast<double>(bins))) - 1;
    ReliabilityBin& bin = diagram[static_cast<std::size_t>(std::clamp(place, Index{0}, bins - 1))];
    ++bin.count;
    bin.confidence += confidence;
    bin.accuracy += truths[row] == static_cast<Token>(best) ? 1 : 0;
  }
  for (ReliabilityBin& bin : diagram) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
  return diagram;
}

/// The expected calibration error (Guo et al. 2017, "On Calibration of Modern Neural Networks"): the mean over rows of
/// |accuracy - confidence| of their bin. Arguments as of `reliability`.
inline double expected_calibration_error(std::span<const Token> truths, const Matrix& probabilities, Index bins = 15) {
  double sum = 0, rows = 0;
  for (const ReliabilityBin& bin : reliability(truths, probabilities, bins)) {
    sum += static_cast<double>(bin.count) * std::abs(bin.accuracy - bin.confidence);
    rows += static_cast<double>(bin.count);
  }
  return sum / rows;
}

/// The maximum calibration error (Guo et al. 2017): the largest |accuracy - confidence| of a bin.
inline double maximum_calibration_error(std::span<const Token> truths, const Matrix& probabilities, Index bins = 15) {
  double largest = 0;
  for (const ReliabilityBin& bin : reliability(truths, probabilities, bins)) {
    largest = std::max(largest, std::abs(bin.accuracy - bin.confidence));
  }
  return largest;
}

/// The Brier score of distributions [rows, classes]: the mean over rows of the squared distance from the distribution
/// that has 1 at the truth, in [0, 2]. Rows with a truth below 0 are left out.
inline double brier_score(std::span<const Token> truths, const Matrix& probabilities) {
  detail::check_distributions("Brier score", truths, probabilities);
  double sum = 0;
  for (std::size_t row = 0; row < truths.size(); ++row) {
    for (std::size_t column = 0; truths[row] >= 0 && column < probabilities.shape(1); ++column) {
      const double error = probabilities(row, column) - (truths[row] == static_cast<Token>(column) ? 1 : 0);
      sum += error * error;
    }
  }
  return sum / detail::counted("Brier score", truths);
}

/// The Brier score of truths 0 and 1 and the probabilities of 1: the mean squared error, in [0, 1], half of what the
/// two columns of a distribution give. Truths below 0 are left out.
inline double brier_score(std::span<const Token> truths, std::span<const double> probabilities) {
  detail::check_pairs("Brier score", "truths", truths.size(), "probabilities", probabilities.size());
  Matrix distributions({truths.size(), 2});
  for (std::size_t row = 0; row < truths.size(); ++row) {
    distributions(row, 0) = 1 - probabilities[row];
    distributions(row, 1) = probabilities[row];
  }
  return brier_score(truths, distributions) / 2;
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics
