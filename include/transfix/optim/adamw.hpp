// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

namespace detail {
/// What is left of Adam's bias corrections at a step.
struct AdamStep {
  double correction1, correction2;
  AdamStep(Index step, double beta1, double beta2)
      : correction1(1 - math::pow(beta1, static_cast<double>(step + 1))),
        correction2(1 - math::pow(beta2, static_cast<double>(step + 1))) {}
};

/// m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;  p = p keep - step_size m / (sqrt(v) inverse_root +
/// small), with g the gradient plus `decay` p; where `adapts` is false p = p keep - step_size m.
template <class Scalar>
void adam_update(Scalar* parameters, const Scalar* gradients, Scalar* const* moment, Index count, double beta1,
                 double beta2, double keep, double decay, double step_size, double inverse_root, double small,
                 bool adapts = true) {
  const auto b1 = static_cast<Scalar>(beta1), b2 = static_cast<Scalar>(beta2), kept = static_cast<Scalar>(keep);
  const auto size = static_cast<Scalar>(step_size), root = static_cast<Scalar>(inverse_root);
  const auto coupled = static_cast<Scalar>(decay), epsilon = static_cast<Scalar>(small);
  simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
    using Vector = decltype(tag);
    const Vector parameter = simd::load<Vector>(parameters + i);
    const Vector gradient = simd::multiply_add(Vector(coupled), parameter, simd::load<Vector>(gradients + i));
    Vector m = simd::load<Vector>(moment[0] + i), v = simd::load<Vector>(moment[1] + i);
    m = simd::multiply_add(Vector(b1), m, Vector(1 - b1) * gradient);
    v = simd::multiply_add(Vector(b2), v, Vector(1 - b2) * gradient * gradient);
    const Vector direction = adapts ? m / simd::multiply_add(sqrt(v), Vector(root), Vector(epsilon)) : m;
    simd::store(m, moment[0] + i);
    simd::store(v, moment[1] + i);
    simd::store(parameter * Vector(kept) - Vector(size) * direction, parameters + i);
  });
}
}  // namespace detail

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
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    const detail::AdamStep at(update.step, double{beta1}, double{beta2});
    const double keep = update.decays ? 1 - update.rate * double{weight_decay} : 1;
    detail::adam_update(parameters, gradients, moment, count, double{beta1}, double{beta2}, keep, 0,
                        update.rate / at.correction1, 1 / math::sqrt(at.correction2), double{epsilon});
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
