// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/normalize.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

namespace detail {
constexpr double power_of_ten(int exponent) {
  double power = 1;
  for (; exponent < 0; ++exponent) power /= 10;
  return power;
}
}  // namespace detail

/// Layer normalisation of each row (Ba et al. 2016): y = (x - mean) / sqrt(variance + epsilon) * scale + bias.
/// x, y: [rows, Width]; scale: [Width], ones; bias: [Width], zeros, left out where `Bias` is false.
/// `Epsilon` is the small number's negative power of ten: 5 is 1e-5.
template <Index Width, class Scalar = float, bool Bias = true, int Epsilon = 5>
struct LayerNorm {
  Parameter<Shape<Width>, Scalar> scale;
  [[no_unique_address]] std::conditional_t<Bias, Parameter<Shape<Width>, Scalar>, Nothing> bias;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    if constexpr (Bias) {
      return standardize(std::forward<X>(x), detail::power_of_ten(-Epsilon)) * scale + bias;
    } else {
      return standardize(std::forward<X>(x), detail::power_of_ten(-Epsilon)) * scale;
    }
  }

  void initialize(Random&, InitialScale) {
    fill(scale, 1);
    if constexpr (Bias) fill(bias, 0);
  }
};

/// Root-mean-square normalisation of each row (Zhang & Sennrich 2019): y = x / sqrt(mean(x^2) + epsilon) * scale.
/// x, y: [rows, Width]; scale: [Width], ones.
template <Index Width, class Scalar = float, int Epsilon = 5>
struct RmsNorm {
  Parameter<Shape<Width>, Scalar> scale;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return scale_to_unit(std::forward<X>(x), detail::power_of_ten(-Epsilon)) * scale;
  }

  void initialize(Random&, InitialScale) { fill(scale, 1); }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
