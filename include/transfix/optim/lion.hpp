// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Lion (Chen et al. 2023): steps of one size in the direction of a mean gradient's signs. Its learning rate is 3 to 10
/// times smaller than AdamW's, and its weight decay as much larger.
///   p = p - rate (sign(beta1 m + (1 - beta1) g) + weight_decay p);   m = beta2 m + (1 - beta2) g
struct Lion {
  float learning_rate = 1e-4f;
  float beta1 = 0.9f;
  float beta2 = 0.99f;
  float weight_decay = 1;

  static constexpr Index moments = 1;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    const auto keep = static_cast<Scalar>(update.decays ? 1 - update.rate * double{weight_decay} : 1);
    const auto size = static_cast<Scalar>(update.rate), b1 = static_cast<Scalar>(beta1),
               b2 = static_cast<Scalar>(beta2);
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector gradient = simd::load<Vector>(gradients + i), m = simd::load<Vector>(moment[0] + i);
      const Vector direction = simd::multiply_add(Vector(b1), m, Vector(1 - b1) * gradient), zero(Scalar(0));
      const Vector sign = select(direction > zero, Vector(size), select(direction < zero, Vector(-size), zero));
      simd::store(simd::load<Vector>(parameters + i) * Vector(keep) - sign, parameters + i);
      simd::store(simd::multiply_add(Vector(b2), m, Vector(1 - b2) * gradient), moment[0] + i);
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
