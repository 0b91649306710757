// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/loss/cross_entropy.hpp>

namespace transfix::inline TRANSFIX_ABI::loss {

namespace detail {
template <Index Count>
struct FocalRows {
  Tokens<Count> targets;
  double gamma;
  ClassWeights weights;

  template <bool Train, Index Columns, class Scalar>
  double row(Scalar* logits, Index number, Scalar factor) const {
    const Token target = targets[number];
    if (target < 0) {
      if constexpr (Train) set_row_to_zero<Columns>(logits);
      return 0;
    }
    check_target<Columns>(target, weights);
    const auto of_target = static_cast<double>(logits[target]);
    const double log_p = of_target - scaled_softmax<Train, Columns>(logits, Scalar(1));
    const double p = math::exp(log_p), left = -math::expm1(log_p), weight = weight_of(target, weights);
    const double focus = math::pow(left, gamma);
    if constexpr (Train) {
      // d loss / d logit_c = slope * (p_c - [c = target])
      const double bend = left > 0 ? gamma * p * log_p * focus / left : 0;
      const auto slope = static_cast<Scalar>(static_cast<double>(factor) * weight * (focus - bend));
      for (Index column = 0; column < Columns; ++column) logits[column] *= slope;
      logits[target] -= slope;
    }
    return -weight * focus * log_p;
  }
};
}  // namespace detail

/// Cross-entropy that looks away from what is learned already (Lin et al. 2017): -(1 - p)^gamma log p, with p the
/// probability of the target. Class weights are its alpha. A negative target is left out.
struct Focal {
  float gamma = 2;
  ClassWeights class_weights = {};

  template <Expression Logits, Index Count>
  constexpr auto operator()(Logits&& logits, Tokens<Count> targets) const {
    using Shape = typename std::remove_cvref_t<Logits>::Shape;
    static_assert(OneTargetForEachRow<Shape, Count>, "focal loss: one target for each row of logits");
    return transfix::detail::row_loss(detail::FocalRows<Shape::rows>{{targets.data}, double{gamma}, class_weights},
                                      std::forward<Logits>(logits));
  }
  template <Index Count>
  constexpr double weight(Tokens<Count> targets) const {
    return detail::weight_of_all(targets, class_weights);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::loss
