// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/softmax.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y = (x - mean) / sqrt(variance + epsilon), row by row, with the variance over all columns.
///   VJP: dx = (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon)
template <class X>
struct Standardize {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, typename X::Shape>;
  struct Saved {
    Buffer<Scalar, X::rows> inverse_deviation;
  };
  static constexpr Index replaced_operand = 0;
  double epsilon = 1e-5;

  void forward(In<X> x, Out<Output> y, Saved& saved) const {
    constexpr auto columns = static_cast<Scalar>(X::columns);
    for (Index row = 0; row < X::rows; ++row) {
      const Scalar* from = x[row];
      const Scalar mean = kernels::sum_of_row<Scalar, X::columns>(
                              [&](auto tag, Index column) { return simd::load<decltype(tag)>(from + column); }) /
                          columns;
      const Scalar variance = kernels::sum_of_row<Scalar, X::columns>([&](auto tag, Index column) {
                                using Vector = decltype(tag);
                                const Vector centred = simd::load<Vector>(from + column) - Vector(mean);
                                return centred * centred;
                              }) /
                              columns;
      const Scalar inverse = 1 / math::sqrt(variance + static_cast<Scalar>(epsilon));
      saved.inverse_deviation.data[row] = inverse;
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        simd::store((simd::load<Vector>(from + column) - Vector(mean)) * Vector(inverse), y[row] + column);
      });
    }
  }

  void backward(In<Output> dy, In<Output> y, In<X>, const Saved& saved, auto dx) const {
    constexpr auto columns = static_cast<Scalar>(X::columns);
    for (Index row = 0; row < X::rows; ++row) {
      const Scalar mean = kernels::sum_of_row<Scalar, X::columns>(
                              [&](auto tag, Index column) { return simd::load<decltype(tag)>(dy[row] + column); }) /
                          columns;
      const Scalar mean_with_y = kernels::dot<X::columns>(dy[row], y[row]) / columns;
      const Scalar inverse = saved.inverse_deviation.data[row];
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        const Vector gradient = simd::load<Vector>(dy[row] + column);
        const Vector value = simd::load<Vector>(y[row] + column);
        dx.add(row, column, (gradient - Vector(mean) - value * Vector(mean_with_y)) * Vector(inverse));
      });
    }
  }
};

/// y = x / sqrt(mean(x^2) + epsilon), row by row.  VJP: dx = (dy - y mean(dy y)) / sqrt(mean(x^2) + epsilon)
template <class X>
struct ScaleToUnit {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, typename X::Shape>;
  struct Saved {
    Buffer<Scalar, X::rows> inverse_size;
  };
  static constexpr Index replaced_operand = 0;
  double epsilon = 1e-5;

  void forward(In<X> x, Out<Output> y, Saved& saved) const {
    for (Index row = 0; row < X::rows; ++row) {
      const Scalar mean = kernels::dot<X::columns>(x[row], x[row]) / static_cast<Scalar>(X::columns);
      const Scalar inverse = 1 / math::sqrt(mean + static_cast<Scalar>(epsilon));
      saved.inverse_size.data[row] = inverse;
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        simd::store(simd::load<decltype(tag)>(x[row] + column) * decltype(tag)(inverse), y[row] + column);
      });
    }
  }

  void backward(In<Output> dy, In<Output> y, In<X>, const Saved& saved, auto dx) const {
    for (Index row = 0; row < X::rows; ++row) {
      const Scalar mean_with_y = kernels::dot<X::columns>(dy[row], y[row]) / static_cast<Scalar>(X::columns);
      const Scalar inverse = saved.inverse_size.data[row];
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        const Vector gradient = simd::load<Vector>(dy[row] + column);
        const Vector value = simd::load<Vector>(y[row] + column);
        dx.add(row, column, (gradient - value * Vector(mean_with_y)) * Vector(inverse));
      });
    }
  }
};
}  // namespace rules

/// Each row with mean 0 and variance 1: (x - mean) / sqrt(variance + epsilon) (Ba et al. 2016).
template <Operand X>
constexpr auto standardize(X&& x, double epsilon = 1e-5) {
  return operation_with(rules::Standardize<TensorOf<StoredOf<X>>>{epsilon}, std::forward<X>(x));
}

/// Each row with a mean square of 1: x / sqrt(mean(x^2) + epsilon) (Zhang & Sennrich 2019).
template <Operand X>
constexpr auto scale_to_unit(X&& x, double epsilon = 1e-5) {
  return operation_with(rules::ScaleToUnit<TensorOf<StoredOf<X>>>{epsilon}, std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
