// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/optim/adamw.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Adam (Kingma & Ba 2015). Its weight decay is part of the gradient, so it is scaled like one; AdamW's is not.
///   g = g + weight_decay p;   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
///   p = p - rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
struct Adam {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.999f;
  float epsilon = 1e-8f;
  float weight_decay = 0;

  static constexpr Index moments = 2;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    const detail::AdamStep at(update.step, double{beta1}, double{beta2});
    detail::adam_update(parameters, gradients, moment, count, double{beta1}, double{beta2}, 1,
                        update.decays ? double{weight_decay} : 0, update.rate / at.correction1,
                        1 / math::sqrt(at.correction2), double{epsilon});
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
