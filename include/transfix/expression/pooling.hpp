// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/error.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y = the mean of the first `count` rows of x.  VJP: each of them gets dy / count.
template <class X>
struct MeanOfRows {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, Shape<1, X::columns>>;
  struct Saved {};
  Index count = X::rows;

  void forward(In<X> x, Out<Output> y, Saved&) const {
    const auto share = static_cast<Scalar>(1.0 / static_cast<double>(count > 0 ? count : 1));
    simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      Vector sum(Scalar(0));
      for (Index row = 0; row < count; ++row) sum += simd::load<Vector>(x[row] + column);
      simd::store(sum * Vector(share), y[0] + column);
    });
  }
  void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) const {
    const auto share = static_cast<Scalar>(1.0 / static_cast<double>(count > 0 ? count : 1));
    for (Index row = 0; row < X::rows; ++row) {
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        dx.add(row, column, simd::load<Vector>(dy[0] + column) * Vector(row < count ? share : Scalar(0)));
      });
    }
  }
};

/// y = the largest of the first `count` rows of x, column by column.  VJP: dy goes to the first row that has it.
template <class X>
struct LargestOfRows {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, Shape<1, X::columns>>;
  struct Saved {
    std::array<Index, static_cast<std::size_t>(X::columns)> row;
  };
  Index count = X::rows;

  void forward(In<X> x, Out<Output> y, Saved& saved) const {
    for (Index column = 0; column < X::columns; ++column) {
      Index largest = 0;
      for (Index row = 1; row < count; ++row) {
        if (x[row][column] > x[largest][column]) largest = row;
      }
      saved.row[static_cast<std::size_t>(column)] = largest;
      y[0][column] = count > 0 ? x[largest][column] : Scalar(0);
    }
  }
  void backward(In<Output> dy, In<Output>, In<X>, const Saved& saved, auto dx) const {
    using One = simd::One<Scalar>;
    for (Index row = 0; row < X::rows; ++row) {
      for (Index column = 0; column < X::columns; ++column) {
        const bool chosen = row < count && saved.row[static_cast<std::size_t>(column)] == row;
        dx.add(row, column, One(chosen ? dy[0][column] : Scalar(0)));
      }
    }
  }
};
}  // namespace rules

namespace detail {
template <Operand X>
constexpr Index checked_count(Index count) {
  constexpr Index rows = ExpressionOf<X>::Shape::rows;
  if (count < 0 || count > rows) {
    fail("pooling over ", count, " rows of ", rows, ": give the length of the sequence without its padding");
  }
  return count;
}
}  // namespace detail

/// The mean of the first `count` rows, [rows, columns] -> [1, columns]: pooling over what is no padding.
template <Operand X>
constexpr auto mean_of_rows(X&& x, Index count = ExpressionOf<X>::Shape::rows) {
  return operation_with(rules::MeanOfRows<TensorOf<StoredOf<X>>>{detail::checked_count<X>(count)}, std::forward<X>(x));
}

/// The largest number of each column over the first `count` rows, [rows, columns] -> [1, columns].
template <Operand X>
constexpr auto largest_of_rows(X&& x, Index count = ExpressionOf<X>::Shape::rows) {
  return operation_with(rules::LargestOfRows<TensorOf<StoredOf<X>>>{detail::checked_count<X>(count)},
                        std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
