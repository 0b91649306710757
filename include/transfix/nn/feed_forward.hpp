// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/activations.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// Two affine maps of each row with an activation between: y = gelu_tanh(x up) down.
/// x, y: [rows, Width].
template <Index Width, Index Hidden, class Scalar = float, bool Bias = true>
struct FeedForward {
  Linear<Width, Hidden, Scalar, Bias> up;
  Linear<Hidden, Width, Scalar, Bias> down;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return down(gelu_tanh(up(std::forward<X>(x))));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
