// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Which two numbers of a head turn together.
enum class RotaryPairs {
  halves,      ///< i and i + D / 2: GPT-NeoX, Hugging Face's Llama
  neighbours,  ///< 2 i and 2 i + 1: the paper, llama2.c
};

namespace rules {
/// Pair i of row t turns by the angle (first + t) base^(-2 i / D).  VJP: turns back.
template <class X, RotaryPairs Pairs>
struct Rotate {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, typename X::Shape>;
  struct Saved {};
  static_assert(X::columns % 2 == 0, "rotary positions turn pairs: the width of a head must be even");
  static constexpr Index half = X::columns / 2, rows = X::Shape::matrix_rows;
  static constexpr Index scratch_bytes = 2 * workspace_bytes<Scalar>(rows * half);
  static constexpr Index between = Pairs == RotaryPairs::halves ? half : 1;  // from one of a pair to the other
  static constexpr Index step = Pairs == RotaryPairs::halves ? 1 : 2;        // from one pair to the next
  Index first = 0;
  double base = 10000;

  void forward(In<X> x, Out<Output> y, Saved&, Context& context) const {
    turn(context, 1, [&](Index row, Index at, Scalar cosine, Scalar sine) {
      const Scalar a = x[row][at], b = x[row][at + between];
      y[row][at] = a * cosine - b * sine;
      y[row][at + between] = a * sine + b * cosine;
    });
  }

  void backward(In<Output> dy, In<Output>, In<X>, const Saved&, Context& context, auto dx) const {
    using One = simd::One<Scalar>;
    turn(context, -1, [&](Index row, Index at, Scalar cosine, Scalar sine) {
      const Scalar a = dy[row][at], b = dy[row][at + between];
      dx.add(row, at, One(a * cosine - b * sine));
      dx.add(row, at + between, One(a * sine + b * cosine));
    });
  }

 private:
  // Cosines and sines are worked out once for all heads.
  void turn(Context& context, Scalar direction, auto&& each) const {
    auto* const cosines = context.template take<Scalar>(rows * half);
    auto* const sines = context.template take<Scalar>(rows * half);
    for (Index i = 0; i < half; ++i) {
      const double speed = math::pow(base, -static_cast<double>(i) / static_cast<double>(half));
      for (Index row = 0; row < rows; ++row) {
        const double angle = static_cast<double>(first + row) * speed;
        cosines[row * half + i] = static_cast<Scalar>(math::cos(angle));
        sines[row * half + i] = direction * static_cast<Scalar>(math::sin(angle));
      }
    }
    for (Index row = 0; row < X::rows; ++row) {
      const Index table = row % rows * half;
      for (Index i = 0; i < half; ++i) each(row, i * step, cosines[table + i], sines[table + i]);
    }
  }
};
}  // namespace rules

/// Rotary positions (Su et al. 2021): heads [heads, context, D] whose row t stands at place first + t.
template <RotaryPairs Pairs = RotaryPairs::halves, Operand X>
constexpr auto rotate(X&& x, Index first = 0, double base = 10000) {
  using Tensor = TensorOf<StoredOf<X>>;
  return operation_with(rules::Rotate<Tensor, Pairs>{first, base}, std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
