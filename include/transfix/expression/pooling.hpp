// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <transfix/core/error.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y(s) = the mean of the first counts[s] rows of sequence s of x.  VJP: each of them gets dy(s) / counts[s].
template <class X>
struct MeanOfRows {
  using Scalar = typename X::Scalar;
  static constexpr Index sequences = X::Shape::batches, rows = X::Shape::matrix_rows;
  using Output = Tensor<Scalar, Shape<sequences, X::columns>>;
  struct Saved {};
  std::array<Index, static_cast<std::size_t>(sequences)> counts;

  void forward(In<X> x, Out<Output> y, Saved&) const {
    for (Index sequence = 0; sequence < sequences; ++sequence) {
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        Vector sum(Scalar(0));
        for (Index row = 0; row < count(sequence); ++row) sum += simd::load<Vector>(x[sequence * rows + row] + column);
        simd::store(sum * Vector(share(sequence)), y[sequence] + column);
      });
    }
  }
  void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) const {
    for (Index row = 0; row < X::rows; ++row) {
      const Index sequence = row / rows;
      const Scalar factor = row % rows < count(sequence) ? share(sequence) : Scalar(0);
      simd::for_each_lane<Scalar, X::columns>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        dx.add(row, column, simd::load<Vector>(dy[sequence] + column) * Vector(factor));
      });
    }
  }

 private:
  Index count(Index sequence) const { return counts[static_cast<std::size_t>(sequence)]; }
  Scalar share(Index sequence) const {
    return static_cast<Scalar>(1.0 / static_cast<double>(std::max(count(sequence), Index{1})));
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
constexpr void check_count(Index count) {
  constexpr Index rows = ExpressionOf<X>::Shape::matrix_rows;
  if (count < 0 || count > rows) {
    fail("pooling over ", count, " rows of ", rows, ": give the length of the sequence without its padding");
  }
}
}  // namespace detail

/// The means of the first counts[s] rows of each sequence s, [sequences, rows, columns] -> [sequences, columns].
template <Operand X, std::size_t Sequences>
constexpr auto mean_of_rows(X&& x, std::array<Index, Sequences> counts) {
  static_assert(ExpressionOf<X>::Shape::batches == Index{Sequences}, "mean_of_rows(x, counts): one count a sequence");
  for (const Index count : counts) detail::check_count<X>(count);
  return operation_with(rules::MeanOfRows<TensorOf<StoredOf<X>>>{counts}, std::forward<X>(x));
}

/// The mean of the first `count` rows, [rows, columns] -> [1, columns]: pooling over what is no padding.
template <Operand X>
constexpr auto mean_of_rows(X&& x, Index count = ExpressionOf<X>::Shape::matrix_rows) {
  static_assert(ExpressionOf<X>::Shape::batches == 1, "mean_of_rows(x): several sequences need a count of rows each");
  return mean_of_rows(std::forward<X>(x), std::array{count});
}

/// The largest number of each column over the first `count` rows, [rows, columns] -> [1, columns].
template <Operand X>
constexpr auto largest_of_rows(X&& x, Index count = ExpressionOf<X>::Shape::rows) {
  detail::check_count<X>(count);
  return operation_with(rules::LargestOfRows<TensorOf<StoredOf<X>>>{count}, std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
