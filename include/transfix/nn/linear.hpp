// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/nn/initialize.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// What a layer has in place of a part that it does without.
struct Nothing {};

namespace nn {

/// An affine map of each row: y = x weight + bias.
/// x: [rows, In]; y: [rows, Out]; weight: [In, Out], normal; bias: [Out], zeros, left out where `Bias` is false.
template <Index In, Index Out, class Scalar = float, bool Bias = true>
struct Linear {
  Parameter<Shape<In, Out>, Scalar> weight;
  [[no_unique_address]] std::conditional_t<Bias, Parameter<Shape<Out>, Scalar>, Nothing> bias;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    if constexpr (Bias) {
      return matmul(std::forward<X>(x), weight) + bias;
    } else {
      return matmul(std::forward<X>(x), weight);
    }
  }

  void initialize(Random& random, InitialScale scale) {
    fill_normal(weight, random, scale.deviation);
    if constexpr (Bias) fill(bias, 0);
  }
};

}  // namespace nn
}  // namespace transfix::inline TRANSFIX_ABI
