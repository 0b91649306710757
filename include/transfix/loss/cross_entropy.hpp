// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/kernels/softmax.hpp>
#include <transfix/loss/row_loss.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace loss {

/// Numbers by which the classes count, such as data::balanced_class_weights gives; none: all count the same.
/// They must outlive the loss.
using ClassWeights = std::span<const float>;

namespace detail {
inline double weight_of(Token target, ClassWeights weights) {
  if (target < 0) return 0;
  return weights.empty() ? 1 : static_cast<double>(weights[static_cast<std::size_t>(target)]);
}

template <Index Classes>
void check_target(Token target, ClassWeights weights) {
  if (target >= Classes) {
    fail("the target ", target, " is not one of ", Classes, " classes: targets are 0 .. ", Classes - 1,
         ", and a negative one is left out");
  }
  if (!weights.empty() && std::ssize(weights) != Classes) {
    fail("there are ", std::ssize(weights), " class weights for ", Classes, " classes; give one for each");
  }
}

/// The sum of the weights of targets.
template <Index Length, Index Sequences>
double weight_of_all(Tokens<Length, Sequences> targets, ClassWeights weights) {
  double sum = 0;
  for (Index position = 0; position < Length * Sequences; ++position) {
    const Token target = targets[position];
    if (!weights.empty() && target >= std::ssize(weights)) {
      fail("the target ", target, " has no class weight: there are ", std::ssize(weights));
    }
    sum += weight_of(target, weights);
  }
  return sum;
}

/// logits becomes factor * softmax(logits), or only the statistics are found; log sum of exp(logits).
template <bool Train, Index Columns, class Scalar>
double scaled_softmax(Scalar* logits, [[maybe_unused]] Scalar factor) {
  const auto statistics = kernels::exponentials_of_row<Columns>(logits, logits);
  if constexpr (Train) {
    const Scalar scale = factor / statistics.sum;
    simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      simd::store(simd::load<Vector>(logits + column) * Vector(scale), logits + column);
    });
  }
  return static_cast<double>(statistics.log_sum());
}

template <Index Columns, class Scalar>
void set_row_to_zero(Scalar* row) {
  for (Index column = 0; column < Columns; ++column) row[column] = 0;
}

template <class Targets>
struct CrossEntropyRows {
  Targets targets;
  double smoothing;
  ClassWeights weights;

  template <bool Train, Index Columns, class Scalar>
  double row(Scalar* logits, Index number, Scalar factor) const {
    const Token target = targets[number];
    if (target < 0) {
      if constexpr (Train) set_row_to_zero<Columns>(logits);
      return 0;
    }
    check_target<Columns>(target, weights);
    if (smoothing != 0) return smooth_row<Train, Columns>(logits, target, factor);
    const auto weight = static_cast<Scalar>(weight_of(target, weights));
    const Scalar of_target = logits[target];
    const double log_sum = scaled_softmax<Train, Columns>(logits, factor * weight);
    if constexpr (Train) logits[target] -= factor * weight;
    return static_cast<double>(weight) * (log_sum - static_cast<double>(of_target));
  }

 private:
  // The loss of class c counts by its share times its weight; shares are 1 - smoothing for the target and
  // smoothing spread over all.
  template <bool Train, Index Columns, class Scalar>
  double smooth_row(Scalar* logits, Token target, Scalar factor) const {
    const auto share = [&](Index column) {
      const double even = smoothing / static_cast<double>(Columns);
      return weight_of(static_cast<Token>(column), weights) * (column == target ? 1 - smoothing + even : even);
    };
    double shares = 0, sum = 0;
    for (Index column = 0; column < Columns; ++column) {
      shares += share(column);
      sum += share(column) * static_cast<double>(logits[column]);
    }
    const double log_sum = scaled_softmax<Train, Columns>(logits, static_cast<Scalar>(factor * shares));
    if constexpr (Train) {
      for (Index column = 0; column < Columns; ++column) {
        logits[column] -= factor * static_cast<Scalar>(share(column));
      }
    }
    return shares * log_sum - sum;
  }
};
}  // namespace detail

/// -log softmax(logits)[target] for each row of logits [rows, classes]; a negative target is left out.
/// With label smoothing e (Szegedy et al. 2016) the target has probability 1 - e + e / classes and each other class
/// e / classes. With class weights the loss of a class counts by its weight, and a mean is a weighted mean.
struct CrossEntropy {
  float label_smoothing = 0;
  ClassWeights class_weights = {};

  template <Expression Logits, Index Length, Index Sequences>
  constexpr auto operator()(Logits&& logits, Tokens<Length, Sequences> targets) const {
    using Shape = typename std::remove_cvref_t<Logits>::Shape;
    static_assert(OneTargetForEachRow<Shape, Length * Sequences>, "cross-entropy: one target for each row of logits");
    return transfix::detail::row_loss(
        detail::CrossEntropyRows<Tokens<Length, Sequences>>{targets, double{label_smoothing}, class_weights},
        std::forward<Logits>(logits));
  }

  /// How many targets count, or the sum of their classes' weights.
  template <Index Length, Index Sequences>
  constexpr double weight(Tokens<Length, Sequences> targets) const {
    return detail::weight_of_all(targets, class_weights);
  }
};

}  // namespace loss
}  // namespace transfix::inline TRANSFIX_ABI
