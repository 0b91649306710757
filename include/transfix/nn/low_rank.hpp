// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Stands for the scalar of a model that is fine-tuned by low-rank adapters (LoRA, Hu et al. 2022): every linear map of
/// it gets one of rank `Rank`, and all else is frozen.
///   models::Gpt<config, LowRank<8>>
template <Index Rank, class ScalarOfNumbers = float, Index Alpha = 2 * Rank>
struct LowRank {};

template <Index Rank, class ScalarOfNumbers, Index Alpha>
struct StoredAs<LowRank<Rank, ScalarOfNumbers, Alpha>> : StoredAs<Frozen<ScalarOfNumbers>> {};

namespace nn {

/// A frozen affine map and a trained one of low rank beside it: y = x weight + bias + Alpha / Rank (x down) up.
/// down: [In, Rank], normal; up: [Rank, Out], zeros, so that training starts from the frozen map.
template <Index In, Index Out, Index Rank, class Scalar, Index Alpha, bool Bias>
struct Linear<In, Out, LowRank<Rank, Scalar, Alpha>, Bias> {
  static constexpr double scale = static_cast<double>(Alpha) / static_cast<double>(Rank);

  Parameter<Shape<In, Out>, Frozen<Scalar>> weight;
  [[no_unique_address]] std::conditional_t<Bias, Parameter<Shape<Out>, Frozen<Scalar>>, Nothing> bias;
  Parameter<Shape<In, Rank>, Scalar> down;
  Parameter<Shape<Rank, Out>, Scalar> up;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return let(std::forward<X>(x), [this](auto name) {
      auto adapted = matmul(name, weight) + affine(matmul(matmul(name, down), up), scale, 0);
      if constexpr (Bias) {
        return std::move(adapted) + bias;
      } else {
        return adapted;
      }
    });
  }

  void initialize(Random& random, InitialScale given) {
    fill_normal(weight, random, given.deviation);
    if constexpr (Bias) fill(bias, 0);
    fill_normal(down, random, 1 / math::sqrt(static_cast<double>(In)));
    fill(up, 0);
  }

  /// Adds the adapter to the frozen map, and starts it anew.
  void merge() {
    for (Index row = 0; row < In; ++row) {
      for (Index column = 0; column < Out; ++column) {
        double sum = 0;
        for (Index k = 0; k < Rank; ++k) {
          sum += static_cast<double>(down.data[row * Rank + k]) * static_cast<double>(up.data[k * Out + column]);
        }
        weight.data[row * Out + column] += static_cast<Scalar>(scale * sum);
      }
    }
    fill(up, 0);
  }
};

}  // namespace nn

/// Adds every low-rank adapter of a model to the map that it stands beside: the model computes the same as before, and
/// its frozen parameters alone are the fine-tuned model.
template <class Model>
void merge_adapters(Model& model) {
  for_each_part(model, Path{}, [](const Path&, auto& part) {
    if constexpr (requires { part.merge(); }) {
      part.merge();
    } else if constexpr (!is_parameter<std::remove_reference_t<decltype(part)>>) {
      merge_adapters(part);
    }
  });
}

}  // namespace transfix::inline TRANSFIX_ABI
