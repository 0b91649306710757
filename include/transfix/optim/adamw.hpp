// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <transfix/simd/batch.hpp>

// An optimizer is a struct of settings with
//   moments                           how many numbers it keeps for each parameter
//   update(step, rate, decays, parameters, gradients, moments, count)
// which works on any stretch of a model's numbers: step counts from 0, rate is the learning rate of this
// step, and decays says whether weight decay belongs here (matrices, not biases and norms).

namespace transfix::inline TRANSFIX_ABI::optim {

/// Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019):
///   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2
///   p = p - rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weight_decay p)
struct AdamW {
  float learning_rate = 1e-3f;
  float beta1 = 0.9f;
  float beta2 = 0.99f;
  float epsilon = 1e-8f;
  float weight_decay = 0.1f;

  static constexpr Index moments = 2;

  template <class Scalar>
  void update(Index step, double rate, bool decays, Scalar* parameters, const Scalar* gradients,
              Scalar* const (&moment)[moments], Index count) const {
    const double t = static_cast<double>(step + 1);
    const double correction1 = 1 - std::pow(double{beta1}, t), correction2 = 1 - std::pow(double{beta2}, t);
    const auto keep = static_cast<Scalar>(decays ? 1 - rate * double{weight_decay} : 1.0);
    const auto step_size = static_cast<Scalar>(rate / correction1);
    const auto inverse_root = static_cast<Scalar>(1 / std::sqrt(correction2));
    const auto b1 = static_cast<Scalar>(beta1), b2 = static_cast<Scalar>(beta2), small = static_cast<Scalar>(epsilon);
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector gradient = simd::load<Vector>(gradients + i);
      Vector m = simd::load<Vector>(moment[0] + i), v = simd::load<Vector>(moment[1] + i);
      m = simd::multiply_add(Vector(b1), m, Vector(1 - b1) * gradient);
      v = simd::multiply_add(Vector(b2), v, Vector(1 - b2) * gradient * gradient);
      const Vector denominator = simd::multiply_add(sqrt(v), Vector(inverse_root), Vector(small));
      const Vector parameter = simd::load<Vector>(parameters + i) * Vector(keep);
      simd::store(m, moment[0] + i);
      simd::store(v, moment[1] + i);
      simd::store(parameter - Vector(step_size) * m / denominator, parameters + i);
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
