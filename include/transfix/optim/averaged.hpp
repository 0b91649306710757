// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// An optimizer that keeps, besides, a moving average of the parameters (Polyak & Juditsky 1992), which the trainer
/// evaluates in their place: average = decay average + (1 - decay) p, with a smaller decay in the first steps.
template <class Inner>
struct Averaged {
  Inner inner = {};
  float decay = 0.999f;
  float learning_rate = inner.learning_rate;

  static constexpr Index moments = Inner::moments + 1;
  /// The moment that is the averaged model.
  static constexpr Index average = Inner::moments;
  template <class Shape>
  static constexpr bool takes_whole = optim::takes_whole<Inner, Shape>;
  template <class Shape>
  static constexpr Index state = state_of<Inner, Shape>;
  template <class Shape>
  static constexpr Index scratch = scratch_of<Inner, Shape>;

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    inner.update(update, parameters, gradients, moment, count);
    move_average(update, parameters, moment[average], count);
  }
  template <class Shape, class Scalar>
  void update_whole(const Update& update, Scalar* parameter, const Scalar* gradient, Scalar* const* moment,
                    Scalar* state_of_parameter, Scalar* scratch_memory) const {
    inner.template update_whole<Shape>(update, parameter, gradient, moment, state_of_parameter, scratch_memory);
    move_average(update, parameter, moment[average], Shape::size);
  }

 private:
  template <class Scalar>
  void move_average(const Update& update, const Scalar* parameters, Scalar* mean, Index count) const {
    const double t = static_cast<double>(update.step + 1), early = t / (t + 10);
    const auto share = static_cast<Scalar>(update.step == 0 ? 1 : 1 - (early < double{decay} ? early : double{decay}));
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector before = simd::load<Vector>(mean + i);
      simd::store(simd::multiply_add(Vector(share), simd::load<Vector>(parameters + i) - before, before), mean + i);
    });
  }
};
template <class Inner>
Averaged(Inner) -> Averaged<Inner>;
template <class Inner>
Averaged(Inner, float) -> Averaged<Inner>;

}  // namespace transfix::inline TRANSFIX_ABI::optim
