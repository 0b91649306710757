// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/core/values.hpp>
#include <transfix/loss/row_loss.hpp>

namespace transfix::inline TRANSFIX_ABI::loss {

/// The law of values: one for each number of the model's result.
template <class ShapeOfOutputs, Index Count>
concept OneValueForEachOutput = ShapeOfOutputs::size == Count;

namespace detail {
// Loss has value(output, target) and derivative(output, target).
template <class Loss, Index Count, class ScalarOfTargets>
struct ElementwiseRows {
  Loss loss;
  Values<Count, ScalarOfTargets> targets;

  template <bool Train, Index Columns, class Scalar>
  double row(Scalar* outputs, Index number, [[maybe_unused]] Scalar factor) const {
    double sum = 0;
    for (Index column = 0; column < Columns; ++column) {
      const auto target = static_cast<double>(targets[number * Columns + column]);
      const auto output = static_cast<double>(outputs[column]);
      const bool counts = !math::isnan(target);
      if (counts) sum += loss.value(output, target);
      if constexpr (Train)
        outputs[column] = counts ? factor * static_cast<Scalar>(loss.derivative(output, target)) : Scalar(0);
    }
    return sum;
  }
};

template <class Loss, Expression Outputs, Index Count, class Scalar>
constexpr auto elementwise_loss(const Loss& loss, Outputs&& outputs, Values<Count, Scalar> targets) {
  using Shape = typename std::remove_cvref_t<Outputs>::Shape;
  static_assert(OneValueForEachOutput<Shape, Count>, "a target for each number of the model's result is needed");
  return transfix::detail::row_loss(ElementwiseRows<Loss, Count, Scalar>{loss, targets},
                                    std::forward<Outputs>(outputs));
}

template <Index Count, class Scalar>
constexpr double count_of(Values<Count, Scalar> targets) {
  Index count = 0;
  for (Index i = 0; i < Count; ++i) count += targets[i] == targets[i];  // not NaN
  return static_cast<double>(count);
}
}  // namespace detail

// Losses of single numbers. A target that is NaN is left out.

/// (y - t)^2
struct MeanSquaredError {
  static double value(double output, double target) { return (output - target) * (output - target); }
  static double derivative(double output, double target) { return 2 * (output - target); }

  constexpr auto operator()(Expression auto&& outputs, auto targets) const {
    return detail::elementwise_loss(*this, std::forward<decltype(outputs)>(outputs), targets);
  }
  static constexpr double weight(auto targets) { return detail::count_of(targets); }
};

/// (y - t)^2 / 2 where |y - t| <= delta, delta (|y - t| - delta / 2) beyond (Huber 1964)
struct Huber {
  float delta = 1;

  double value(double output, double target) const {
    const double error = math::abs(output - target), limit = double{delta};
    return error <= limit ? error * error / 2 : limit * (error - limit / 2);
  }
  double derivative(double output, double target) const {
    const double error = output - target, limit = double{delta};
    return error > limit ? limit : error < -limit ? -limit : error;
  }

  constexpr auto operator()(Expression auto&& outputs, auto targets) const {
    return detail::elementwise_loss(*this, std::forward<decltype(outputs)>(outputs), targets);
  }
  static constexpr double weight(auto targets) { return detail::count_of(targets); }
};

/// Of logits y and targets t between 0 and 1, with s = 1 / (1 + exp(-y)): -p t log s - (1 - t) log(1 - s).
/// For classes that do not exclude each other; p > 1 makes the positive ones count more.
struct BinaryCrossEntropy {
  float positive_weight = 1;

  double value(double output, double target) const {
    // log(1 + exp(-|y|)) is where neither exponential overflows.
    const double rest = math::log1p(math::exp(-math::abs(output)));
    const double of_positive = rest + (output < 0 ? -output : 0), of_negative = rest + (output > 0 ? output : 0);
    return double{positive_weight} * target * of_positive + (1 - target) * of_negative;
  }
  double derivative(double output, double target) const {
    const double s = output >= 0 ? 1 / (1 + math::exp(-output)) : math::exp(output) / (1 + math::exp(output));
    return (1 - target) * s - double{positive_weight} * target * (1 - s);
  }

  constexpr auto operator()(Expression auto&& outputs, auto targets) const {
    return detail::elementwise_loss(*this, std::forward<decltype(outputs)>(outputs), targets);
  }
  static constexpr double weight(auto targets) { return detail::count_of(targets); }
};

}  // namespace transfix::inline TRANSFIX_ABI::loss
