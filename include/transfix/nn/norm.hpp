// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/normalize.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// Layer normalisation of each row (Ba et al. 2016): y = (x - mean) / sqrt(variance + 1e-5) * scale + bias.
/// x, y: [rows, Width]; scale: [Width], ones; bias: [Width], zeros, left out where `Bias` is false.
template <Index Width, class Scalar = float, bool Bias = true>
struct LayerNorm {
  Parameter<Shape<Width>, Scalar> scale;
  [[no_unique_address]] std::conditional_t<Bias, Parameter<Shape<Width>, Scalar>, Nothing> bias;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    if constexpr (Bias) {
      return standardize(std::forward<X>(x)) * scale + bias;
    } else {
      return standardize(std::forward<X>(x)) * scale;
    }
  }

  void initialize(Random&, InitialScale) {
    fill(scale, 1);
    if constexpr (Bias) fill(bias, 0);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
