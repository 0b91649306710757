// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/simd/batch.hpp>

// An optimizer is a struct of settings, one of them `learning_rate`, with
//   moments                                        how many numbers it keeps for each number of the model
//   update(update, parameters, gradients, moment, count)
// which works on any stretch of numbers; moment[i] is the stretch of moment i. One that needs a parameter as a whole
// has besides, for parameters of a shape,
//   takes_whole<Shape>                             whether it wants it so
//   state<Shape>, scratch<Shape>                   how many numbers it keeps for it, and needs while it works on it
//   update_whole<Shape>(update, parameter, gradient, moment, state, scratch)

namespace transfix::inline TRANSFIX_ABI::optim {

/// What an optimizer is told of the step at hand.
struct Update {
  Index step = 0;      ///< counted from 0
  double rate = 0;     ///< the learning rate of this step
  bool is_map = true;  ///< whether a matrix is a linear map, for Muon
  bool decays = true;  ///< whether weight decay belongs here: to matrices, not to biases and norms
};

template <class Optimizer, class Shape>
inline constexpr bool takes_whole = [] {
  if constexpr (requires { Optimizer::template takes_whole<Shape>; }) {
    return Optimizer::template takes_whole<Shape>;
  } else {
    return false;
  }
}();

/// Numbers that an optimizer keeps for a parameter as a whole.
template <class Optimizer, class Shape>
inline constexpr Index state_of = [] {
  if constexpr (takes_whole<Optimizer, Shape>) {
    return Optimizer::template state<Shape>;
  } else {
    return Index{0};
  }
}();
template <class Optimizer, class Shape>
inline constexpr Index scratch_of = [] {
  if constexpr (takes_whole<Optimizer, Shape>) {
    return Optimizer::template scratch<Shape>;
  } else {
    return Index{0};
  }
}();

}  // namespace transfix::inline TRANSFIX_ABI::optim
