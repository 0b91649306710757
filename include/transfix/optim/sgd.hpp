// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Stochastic gradient descent with momentum and, if wanted, Nesterov's look ahead (Sutskever et al. 2013):
///   g = g + weight_decay p;   v = momentum v + g;   p = p - rate v   (Nesterov: rate (g + momentum v))
struct Sgd {
  float learning_rate = 1e-2f;
  float momentum = 0.9f;
  float weight_decay = 0;
  bool nesterov = false;

  static constexpr Index moments = 1;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    const auto decay = static_cast<Scalar>(update.decays ? weight_decay : 0.0f), keep = static_cast<Scalar>(momentum);
    const auto step_size = static_cast<Scalar>(update.rate);
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector parameter = simd::load<Vector>(parameters + i);
      const Vector gradient = simd::multiply_add(Vector(decay), parameter, simd::load<Vector>(gradients + i));
      const Vector velocity = simd::multiply_add(Vector(keep), simd::load<Vector>(moment[0] + i), gradient);
      const Vector direction = nesterov ? simd::multiply_add(Vector(keep), velocity, gradient) : velocity;
      simd::store(velocity, moment[0] + i);
      simd::store(parameter - Vector(step_size) * direction, parameters + i);
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
