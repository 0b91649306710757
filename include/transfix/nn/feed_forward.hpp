// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/activations.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// The activations of feed-forward layers, as types: `FeedForward<512, 2048, Relu>`.
struct Relu {
  static constexpr auto apply(auto x) { return relu(std::move(x)); }
};
struct Gelu {
  static constexpr auto apply(auto x) { return gelu(std::move(x)); }
};
struct GeluTanh {
  static constexpr auto apply(auto x) { return gelu_tanh(std::move(x)); }
};
struct Silu {
  static constexpr auto apply(auto x) { return silu(std::move(x)); }
};

/// Two affine maps of each row with an activation between: y = activation(x up) down.
/// x, y: [rows, Width].
template <Index Width, Index Hidden, class Activation = GeluTanh, class Scalar = float, bool Bias = true>
struct FeedForward {
  Linear<Width, Hidden, Scalar, Bias> up;
  Linear<Hidden, Width, Scalar, Bias> down;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return down(Activation::apply(up(std::forward<X>(x))));
  }
};

/// A feed-forward layer with a gate (Shazeer 2020): y = (activation(x gate) * (x up)) down. With Silu it is SwiGLU,
/// with Gelu it is GeGLU.  x, y: [rows, Width].
template <Index Width, Index Hidden, class Activation = Silu, class Scalar = float, bool Bias = false>
struct GatedFeedForward {
  Linear<Width, Hidden, Scalar, Bias> gate;
  Linear<Width, Hidden, Scalar, Bias> up;
  Linear<Hidden, Width, Scalar, Bias> down;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return let(std::forward<X>(x), [this](auto name) { return down(Activation::apply(gate(name)) * up(name)); });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
