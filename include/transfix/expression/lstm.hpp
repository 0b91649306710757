// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/gemm.hpp>
#include <transfix/simd/math.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// The recurrence of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate; the order of PyTorch):
///   [i f g o](t) = x(t) + h(t-1) R;   c = sigmoid(f) c(t-1) + sigmoid(i) tanh(g);   h = sigmoid(o) tanh(c)
/// x: [T, 4 W], the part of the gates that comes from the input; R: [W, 4 W]; h: [T, W]. h(-1) = c(-1) = 0.
template <class X, class R>
struct Lstm {
  using Scalar = typename X::Scalar;
  static constexpr Index steps = X::rows, width = R::Shape::matrix_rows, gates = 4 * width;
  using Output = Tensor<Scalar, Shape<steps, width>>;
  struct Saved {
    Buffer<Scalar, steps * gates> activated;  // the gates
    Buffer<Scalar, steps * width> cells;
  };
  static constexpr Index x_row = X::Strides::row, r_row = R::Strides::row;
  // One step forward, one step back with R transposed, and the gradient of R from all steps at once.
  static constexpr kernels::Product step{1, gates, width, width, 1, r_row, 1, gates};
  static constexpr kernels::Product step_back{1, width, gates, gates, 1, width, 1, width};
  static constexpr kernels::Product recurrent{width, gates, steps > 1 ? steps - 1 : 1, 1, width, gates, 1, r_row};
  static constexpr Index scratch =
      std::max({kernels::product_scratch<Scalar, step>, kernels::product_scratch<Scalar, step_back>,
                kernels::product_scratch<Scalar, recurrent>});
  static constexpr Index scratch_bytes = workspace_bytes<Scalar>(scratch) + workspace_bytes<Scalar>(gates * width) +
                                         workspace_bytes<Scalar>(steps * gates) + 2 * workspace_bytes<Scalar>(width);

  static void forward(In<X> x, In<R> r, Out<Output> h, Saved& saved, Context& context) {
    auto* const memory = context.template take<Scalar>(scratch);
    for (Index t = 0; t < steps; ++t) {
      Scalar* const gate = saved.activated.data + t * gates;
      simd::for_each_lane<Scalar, gates>(
          [&](auto tag, Index i) { simd::store(simd::load<decltype(tag)>(x[t] + i), gate + i); });
      if (t > 0) kernels::multiply<Scalar, step>(h[t - 1], r.data, gate, true, memory);
      Scalar* const cell = saved.cells.data + t * width;
      simd::for_each_lane<Scalar, width>([&](auto tag, Index i) {
        using Vector = decltype(tag);
        const auto read = [&](Index number) { return simd::load<Vector>(gate + number * width + i); };
        const Vector in = simd::logistic(read(0)), forget = simd::logistic(read(1));
        const Vector candidate = tanh(read(2)), out = simd::logistic(read(3));
        Vector sum = in * candidate;
        if (t > 0) sum += forget * simd::load<Vector>(cell - width + i);
        simd::store(in, gate + i);
        simd::store(forget, gate + width + i);
        simd::store(candidate, gate + 2 * width + i);
        simd::store(out, gate + 3 * width + i);
        simd::store(sum, cell + i);
        simd::store(out * tanh(sum), h[t] + i);
      });
    }
  }

  template <class DX, class DR>
  static void backward(In<Output> dh, In<Output> h, In<X>, In<R> r, const Saved& saved, Context& context, DX dx,
                       DR dr) {
    auto* const memory = context.template take<Scalar>(scratch);
    auto* const transposed = context.template take<Scalar>(gates * width);
    auto* const d_gates = context.template take<Scalar>(steps * gates);
    auto* const d_next = context.template take<Scalar>(width);  // from the step after, to h and to c
    auto* const d_cell = context.template take<Scalar>(width);
    simd::transpose(r.data, r_row, transposed, width, width, gates);
    for (Index i = 0; i < width; ++i) d_next[i] = d_cell[i] = 0;
    for (Index t = steps - 1; t >= 0; --t) {
      const Scalar* const gate = saved.activated.data + t * gates;
      const Scalar* const cell = saved.cells.data + t * width;
      Scalar* const d_gate = d_gates + t * gates;
      simd::for_each_lane<Scalar, width>([&](auto tag, Index i) {
        using Vector = decltype(tag);
        const Vector one(Scalar(1));
        const auto read = [&](Index number) { return simd::load<Vector>(gate + number * width + i); };
        const Vector in = read(0), forget = read(1), candidate = read(2), out = read(3);
        const Vector tanh_of_cell = tanh(simd::load<Vector>(cell + i));
        const Vector before = t > 0 ? simd::load<Vector>(cell - (t > 0 ? width : 0) + i) : Vector(Scalar(0));
        const Vector d_h = simd::load<Vector>(dh[t] + i) + simd::load<Vector>(d_next + i);
        const Vector d_c = simd::load<Vector>(d_cell + i) + d_h * out * (one - tanh_of_cell * tanh_of_cell);
        simd::store(d_c * candidate * in * (one - in), d_gate + i);
        simd::store(d_c * before * forget * (one - forget), d_gate + width + i);
        simd::store(d_c * in * (one - candidate * candidate), d_gate + 2 * width + i);
        simd::store(d_h * tanh_of_cell * out * (one - out), d_gate + 3 * width + i);
        simd::store(d_c * forget, d_cell + i);
      });
      if (t > 0) kernels::multiply<Scalar, step_back>(d_gate, transposed, d_next, false, memory);
      simd::for_each_lane<Scalar, gates>(
          [&](auto tag, Index i) { dx.add(t, i, simd::load<decltype(tag)>(d_gate + i)); });
    }
    if constexpr (DR::wanted) {
      const auto sum = dr.clear();
      if constexpr (steps > 1) kernels::multiply<Scalar, recurrent>(h.data, d_gates + gates, sum.data, true, memory);
    }
  }
};
}  // namespace rules

/// The law of recurrent layers: `Gates` numbers for each of the layer's own.
template <class ShapeOfInput, class ShapeOfWeight, Index Gates>
inline constexpr bool recurrence_fits =
    ShapeOfInput::columns == ShapeOfWeight::columns&& ShapeOfWeight::columns == Gates* ShapeOfWeight::matrix_rows;

/// The states h of an LSTM, [T, W], from the inputs' part of the gates [T, 4 W] and the recurrent weight [W, 4 W].
template <Operand X, Operand R>
constexpr auto lstm(X&& gates, R&& recurrent) {
  static_assert(recurrence_fits<typename ExpressionOf<X>::Shape, typename ExpressionOf<R>::Shape, 4>,
                "lstm(gates, recurrent): gates must be [T, 4 W] and recurrent [W, 4 W]");
  return operation<rules::Lstm>(std::forward<X>(gates), std::forward<R>(recurrent));
}

}  // namespace transfix::inline TRANSFIX_ABI
