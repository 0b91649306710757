// SPDX-License-Identifier: MIT
#pragma once
#if __has_include(<xtensor/containers/xtensor.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include <cmath>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/metrics/check.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics {

/// Rows of numbers whose extents are known at run time only: counts, or one row of scores for each example.
/// An xt expression of two dimensions turns into it by itself, the views of `as_xtensor` among them.
using Matrix = xt::xtensor<double, 2>;

namespace detail {
/// The law of scores: a row for each truth, no truth beyond the columns, no score that is not a number.
inline void check_scores(const char* measure, std::span<const Token> truths, const Matrix& scores) {
  check_pairs(measure, "truths", truths.size(), "rows of scores", scores.shape(0));
  const auto classes = static_cast<Index>(scores.shape(1));
  for (std::size_t row = 0; row < truths.size(); ++row) {
    if (truths[row] >= classes) {
      fail(measure, ": truth ", truths[row], " at position ", row, " has no column among the ", classes,
           " columns of the scores; give a column for each class");
    }
    for (std::size_t column = 0; column < scores.shape(1); ++column) {
      if (std::isnan(scores(row, column))) {
        fail(measure, ": the score in row ", row, ", column ", column,
             " is not a number; look for a run that diverged");
      }
    }
  }
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::metrics
