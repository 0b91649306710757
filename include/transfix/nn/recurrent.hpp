// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/columns.hpp>
#include <transfix/expression/gru.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/lstm.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// A long short-term memory: [T, In] -> [T, Width], states from the first row to the last.
/// input: the part of the gates that comes from x, for all rows at once; recurrent: [Width, 4 Width].
template <Index InputWidth, Index Width, class Scalar = float>
struct Lstm {
  Linear<InputWidth, 4 * Width, Scalar> input;
  Parameter<Shape<Width, 4 * Width>, Scalar> recurrent;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return lstm(input(std::forward<X>(x)), recurrent);
  }

  // Uniform in +-1 / sqrt(Width), as a normal distribution of the same deviation; forget gates start open.
  void initialize(Random& random, InitialScale) {
    const double deviation = 1 / math::sqrt(3.0 * static_cast<double>(Width));
    fill_normal(input.weight, random, deviation);
    fill_normal(recurrent, random, deviation);
    fill(input.bias, 0);
    for (Index i = Width; i < 2 * Width; ++i) input.bias.data[i] = 1;
  }
};

/// A gated recurrent unit: [T, In] -> [T, Width], states from the first row to the last.
template <Index InputWidth, Index Width, class Scalar = float>
struct Gru {
  Linear<InputWidth, 3 * Width, Scalar> input;
  Parameter<Shape<Width, 3 * Width>, Scalar> recurrent;
  Parameter<Shape<3 * Width>, Scalar> recurrent_bias;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return gru(input(std::forward<X>(x)), recurrent, recurrent_bias);
  }

  void initialize(Random& random, InitialScale) {
    const double deviation = 1 / math::sqrt(3.0 * static_cast<double>(Width));
    fill_normal(input.weight, random, deviation);
    fill_normal(recurrent, random, deviation);
    fill(input.bias, 0);
    fill(recurrent_bias, 0);
  }
};

/// Two recurrent layers, one from the first row to the last and one back, side by side: [T, In] -> [T, 2 Width].
/// Only the first `length` rows count; what comes after them is padding and changes nothing.
template <class Layer>
struct Bidirectional {
  Layer onward, backward;

  template <Operand X>
  constexpr auto operator()(X&& x, Index length = ExpressionOf<X>::Shape::rows) const {
    return let(std::forward<X>(x), [this, length](auto rows) {
      return join_columns(onward(rows), reverse_rows(backward(reverse_rows(rows, length)), length));
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
