// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// An optimizer that explores `period` steps and then goes back part of the way (Zhang et al. 2019):
///   every `period` steps: slow = slow + share (p - slow);   p = slow
template <class Inner>
struct Lookahead {
  Inner inner = {};
  Index period = 5;
  float share = 0.5f;
  float learning_rate = inner.learning_rate;

  static constexpr Index moments = Inner::moments + 1;
  template <class Shape>
  static constexpr bool takes_whole = optim::takes_whole<Inner, Shape>;
  template <class Shape>
  static constexpr Index state = state_of<Inner, Shape>;
  template <class Shape>
  static constexpr Index scratch = scratch_of<Inner, Shape>;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    start(update, parameters, moment[Inner::moments], count);
    inner.update(update, parameters, gradients, moment, count);
    synchronize(update, parameters, moment[Inner::moments], count);
  }
  template <class Shape, class Scalar>
  void update_whole(const Update& update, Scalar* parameter, const Scalar* gradient, Scalar* const* moment,
                    Scalar* state_of_parameter, Scalar* scratch_memory) const {
    start(update, parameter, moment[Inner::moments], Shape::size);
    inner.template update_whole<Shape>(update, parameter, gradient, moment, state_of_parameter, scratch_memory);
    synchronize(update, parameter, moment[Inner::moments], Shape::size);
  }

 private:
  template <class Scalar>
  static void start(const Update& update, const Scalar* parameters, Scalar* slow, Index count) {
    for (Index i = 0; update.step == 0 && i < count; ++i) slow[i] = parameters[i];
  }
  template <class Scalar>
  void synchronize(const Update& update, Scalar* parameters, Scalar* slow, Index count) const {
    if ((update.step + 1) % period != 0) return;
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector before = simd::load<Vector>(slow + i);
      const Vector after =
          simd::multiply_add(Vector(static_cast<Scalar>(share)), simd::load<Vector>(parameters + i) - before, before);
      simd::store(after, slow + i);
      simd::store(after, parameters + i);
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
