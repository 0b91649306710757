// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/math.hpp>
#include <transfix/core/values.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/loss/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI::loss {

namespace detail {
template <Index Count, class ScalarOfTargets>
struct DivergenceRows {
  Values<Count, ScalarOfTargets> teacher;
  double temperature;

  template <bool Train, Index Columns, class Scalar>
  double row(Scalar* logits, Index number, Scalar factor) const {
    const ScalarOfTargets* const of_row = teacher.data + number * Columns;
    if (math::isnan(of_row[0])) {
      if constexpr (Train) set_row_to_zero<Columns>(logits);
      return 0;
    }
    const double log_sum = log_sum_of<Columns>(logits), log_sum_of_teacher = log_sum_of<Columns>(of_row);
    double sum = 0;
    for (Index column = 0; column < Columns; ++column) {
      const double log_q = static_cast<double>(logits[column]) / temperature - log_sum;
      const double log_p = static_cast<double>(of_row[column]) / temperature - log_sum_of_teacher;
      sum += math::exp(log_p) * (log_p - log_q);
      if constexpr (Train) {
        logits[column] =
            static_cast<Scalar>(static_cast<double>(factor) * temperature * (math::exp(log_q) - math::exp(log_p)));
      }
    }
    return temperature * temperature * sum;
  }

 private:
  // log of the sum of exp(x / temperature)
  template <Index Columns, class Scalar>
  double log_sum_of(const Scalar* x) const {
    const auto largest = static_cast<double>(*std::max_element(x, x + Columns));
    double sum = 0;
    for (Index column = 0; column < Columns; ++column) {
      sum += math::exp((static_cast<double>(x[column]) - largest) / temperature);
    }
    return largest / temperature + math::log(sum);
  }
};
}  // namespace detail

/// How far a student's distribution is from a teacher's (Hinton et al. 2015): T^2 KL(softmax(t / T) || softmax(x / T))
/// for each row of logits x [rows, classes]; the target holds the teacher's logits t. A row whose first number is NaN
/// is left out. With the true labels: `0.5 * loss::CrossEntropy{} + 0.5 * loss::Distillation{}` on a Pair of targets.
struct Distillation {
  float temperature = 2;

  template <Expression Logits, Index Count, class Scalar>
  constexpr auto operator()(Logits&& logits, Values<Count, Scalar> teacher) const {
    using Shape = typename std::remove_cvref_t<Logits>::Shape;
    static_assert(OneValueForEachOutput<Shape, Count>,
                  "distillation: a logit of the teacher for each one of the student");
    return transfix::detail::row_loss(detail::DivergenceRows<Count, Scalar>{teacher, double{temperature}},
                                      std::forward<Logits>(logits));
  }
  /// The rows of one example count as one: the loss is a mean over examples of sums over rows.
  static constexpr double weight(auto) { return 1; }
};

}  // namespace transfix::inline TRANSFIX_ABI::loss
