// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/lstm.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// The recurrence of a gated recurrent unit (Cho et al. 2014, in the form and order of PyTorch):
///   a = h(t-1) R + b;   r = sigmoid(x_r + a_r);   z = sigmoid(x_z + a_z);   n = tanh(x_n + r a_n)
///   h = (1 - z) n + z h(t-1)
/// x: [T, 3 W], the part of the gates that comes from the input; R: [W, 3 W]; b: [3 W]; h: [T, W]. h(-1) = 0.
template <class X, class R, class B>
struct Gru {
  using Scalar = typename X::Scalar;
  static constexpr Index steps = X::rows, width = R::Shape::matrix_rows, gates = 3 * width;
  using Output = Tensor<Scalar, Shape<steps, width>>;
  struct Saved {
    Buffer<Scalar, steps * gates> activated;  // r, z, n
    Buffer<Scalar, steps * gates> recurrent;  // a
  };
  static constexpr Index r_row = R::Strides::row;
  static constexpr kernels::Product step{1, gates, width, width, 1, r_row, 1, gates};
  static constexpr kernels::Product step_back{1, width, gates, gates, 1, width, 1, width};
  static constexpr kernels::Product weight{width, gates, steps > 1 ? steps - 1 : 1, 1, width, gates, 1, r_row};
  static constexpr Index scratch =
      std::max({kernels::product_scratch<Scalar, step>, kernels::product_scratch<Scalar, step_back>,
                kernels::product_scratch<Scalar, weight>});
  static constexpr Index scratch_bytes = workspace_bytes<Scalar>(scratch) + workspace_bytes<Scalar>(gates * width) +
                                         workspace_bytes<Scalar>(steps * gates) + workspace_bytes<Scalar>(width);

  static void forward(In<X> x, In<R> r, In<B> b, Out<Output> h, Saved& saved, Context& context) {
    auto* const memory = context.template take<Scalar>(scratch);
    for (Index t = 0; t < steps; ++t) {
      Scalar* const sum = saved.recurrent.data + t * gates;
      Scalar* const gate = saved.activated.data + t * gates;
      simd::for_each_lane<Scalar, gates>(
          [&](auto tag, Index i) { simd::store(simd::load<decltype(tag)>(b.data + i), sum + i); });
      if (t > 0) kernels::multiply<Scalar, step>(h[t - 1], r.data, sum, true, memory);
      simd::for_each_lane<Scalar, width>([&](auto tag, Index i) {
        using Vector = decltype(tag);
        const auto input = [&](Index number) { return simd::load<Vector>(x[t] + number * width + i); };
        const auto before = [&](Index number) { return simd::load<Vector>(sum + number * width + i); };
        const Vector reset = simd::logistic(input(0) + before(0)), keep = simd::logistic(input(1) + before(1));
        const Vector candidate = tanh(input(2) + reset * before(2));
        Vector state = candidate - keep * candidate;
        if (t > 0) state += keep * simd::load<Vector>(h[t - 1] + i);
        simd::store(reset, gate + i);
        simd::store(keep, gate + width + i);
        simd::store(candidate, gate + 2 * width + i);
        simd::store(state, h[t] + i);
      });
    }
  }

  template <class DX, class DR, class DB>
  static void backward(In<Output> dh, In<Output> h, In<X>, In<R> r, In<B>, const Saved& saved, Context& context, DX dx,
                       DR dr, DB db) {
    auto* const memory = context.template take<Scalar>(scratch);
    auto* const transposed = context.template take<Scalar>(gates * width);
    auto* const d_sums = context.template take<Scalar>(steps * gates);
    auto* const d_next = context.template take<Scalar>(width);  // from the step after
    const auto d_bias = db.clear();
    simd::transpose(r.data, r_row, transposed, width, width, gates);
    for (Index i = 0; i < width; ++i) d_next[i] = 0;
    for (Index t = steps - 1; t >= 0; --t) {
      const Scalar* const gate = saved.activated.data + t * gates;
      const Scalar* const sum = saved.recurrent.data + t * gates;
      Scalar* const d_sum = d_sums + t * gates;
      simd::for_each_lane<Scalar, width>([&](auto tag, Index i) {
        using Vector = decltype(tag);
        const Vector one(Scalar(1));
        const Vector reset = simd::load<Vector>(gate + i), keep = simd::load<Vector>(gate + width + i);
        const Vector candidate = simd::load<Vector>(gate + 2 * width + i);
        const Vector before = t > 0 ? simd::load<Vector>(h[t > 0 ? t - 1 : 0] + i) : Vector(Scalar(0));
        const Vector d_h = simd::load<Vector>(dh[t] + i) + simd::load<Vector>(d_next + i);
        const Vector d_candidate = d_h * (one - keep) * (one - candidate * candidate);
        const Vector d_reset = d_candidate * simd::load<Vector>(sum + 2 * width + i) * reset * (one - reset);
        const Vector d_keep = d_h * (before - candidate) * keep * (one - keep);
        simd::store(d_reset, d_sum + i);
        simd::store(d_keep, d_sum + width + i);
        simd::store(d_candidate * reset, d_sum + 2 * width + i);
        simd::store(d_h * keep, d_next + i);
        dx.add(t, i, d_reset);
        dx.add(t, width + i, d_keep);
        dx.add(t, 2 * width + i, d_candidate);
      });
      if (t > 0) kernels::multiply<Scalar, step_back>(d_sum, transposed, d_next, true, memory);
      simd::for_each_lane<Scalar, gates>(
          [&](auto tag, Index i) { d_bias.add(0, i, simd::load<decltype(tag)>(d_sum + i)); });
    }
    if constexpr (DR::wanted) {
      const auto total = dr.clear();
      if constexpr (steps > 1) kernels::multiply<Scalar, weight>(h.data, d_sums + gates, total.data, true, memory);
    }
  }
};
}  // namespace rules

/// The states h of a gated recurrent unit, [T, W], from the inputs' part of the gates [T, 3 W], the recurrent weight
/// [W, 3 W] and the recurrent bias [3 W].
template <Operand X, Operand R, Operand B>
constexpr auto gru(X&& gates, R&& recurrent, B&& bias) {
  static_assert(recurrence_fits<typename ExpressionOf<X>::Shape, typename ExpressionOf<R>::Shape, 3>,
                "gru(gates, recurrent, bias): gates must be [T, 3 W] and recurrent [W, 3 W]");
  return operation<rules::Gru>(std::forward<X>(gates), std::forward<R>(recurrent), std::forward<B>(bias));
}

}  // namespace transfix::inline TRANSFIX_ABI
