// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <numeric>
#include <span>
#include <transfix/metrics/check.hpp>
#include <transfix/metrics/ranks.hpp>

// Measures of predicted numbers. Numbers that are no numbers give a result that is none.

namespace transfix::inline TRANSFIX_ABI::metrics {

namespace detail {
inline double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

template <class Distance>
double mean_distance(const char* measure, std::span<const double> truths, std::span<const double> predictions,
                     Distance distance) {
  check_pairs(measure, "truths", truths.size(), "predictions", predictions.size());
  double sum = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) sum += distance(truths[i] - predictions[i]);
  return sum / static_cast<double>(truths.size());
}

inline double correlation(const char* measure, std::span<const double> first, std::span<const double> second) {
  check_pairs(measure, "first numbers", first.size(), "second numbers", second.size());
  const double first_mean = mean(first), second_mean = mean(second);
  double first_squares = 0, second_squares = 0, products = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double a = first[i] - first_mean, b = second[i] - second_mean;
    first_squares += a * a;
    second_squares += b * b;
    products += a * b;
  }
  if (first_squares == 0 || second_squares == 0) {
    fail(measure, ": all numbers of one side are equal, so there is nothing to correlate; give some that differ");
  }
  return products / (std::sqrt(first_squares) * std::sqrt(second_squares));
}
}  // namespace detail

/// The mean of (truth - prediction)^2.
inline double mean_squared_error(std::span<const double> truths, std::span<const double> predictions) {
  return detail::mean_distance("mean squared error", truths, predictions, [](double error) { return error * error; });
}

/// The mean of |truth - prediction|.
inline double mean_absolute_error(std::span<const double> truths, std::span<const double> predictions) {
  return detail::mean_distance("mean absolute error", truths, predictions,
                               [](double error) { return std::abs(error); });
}

/// The part of the truths' variance that predictions explain: 1 - mean squared error / variance. As in scikit-learn,
/// for truths that are all equal 1 if the predictions are right and 0 if not.
inline double r_squared(std::span<const double> truths, std::span<const double> predictions) {
  const double error = detail::mean_distance("R squared", truths, predictions, [](double e) { return e * e; });
  const double center = detail::mean(truths);
  double squares = 0;
  for (const double truth : truths) squares += (truth - center) * (truth - center);
  if (squares == 0) return error == 0 ? 1 : 0;
  return 1 - error * static_cast<double>(truths.size()) / squares;
}

/// Pearson's correlation, in [-1, 1]: how well a line describes the one by the other. Fails when one side is constant.
inline double pearson_correlation(std::span<const double> first, std::span<const double> second) {
  return detail::correlation("Pearson correlation", first, second);
}

/// Spearman's correlation, in [-1, 1]: Pearson's of the ranks, equal numbers sharing the mean of theirs; how well the
/// order of the one gives that of the other. Fails when one side is constant.
inline double spearman_correlation(std::span<const double> first, std::span<const double> second) {
  return detail::correlation("Spearman correlation", detail::average_ranks(first), detail::average_ranks(second));
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics
