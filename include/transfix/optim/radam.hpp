// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/optim/adamw.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Rectified Adam (Liu et al. 2020): the first steps, in which the second moment says little, go by the mean gradient
/// alone; then Adam's step is scaled by how much the second moment can be trusted. Needs no warm-up.
struct RAdam {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float epsilon = 1e-8f;
  float weight_decay = 0;  ///< decoupled, as in AdamW

  static constexpr Index moments = 2;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    const detail::AdamStep at(update.step, double{beta1}, double{beta2});
    const double t = static_cast<double>(update.step + 1), longest = 2 / (1 - double{beta2}) - 1;
    const double length = longest - 2 * t * (1 - at.correction2) / at.correction2;
    const bool adapts = length > 5;
    const double trust =
        adapts ? math::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) : 1;
    const double keep = update.decays ? 1 - update.rate * double{weight_decay} : 1;
    detail::adam_update(parameters, gradients, moment, count, double{beta1}, double{beta2}, keep, 0,
                        update.rate * trust / at.correction1, 1 / math::sqrt(at.correction2), double{epsilon}, adapts);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
