// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/softmax.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
/// center(x) = x - mean(x), row by row.  VJP: dx = dy - mean(dy).
template <class X>
struct Center {
  using Scalar = typename X::Scalar;
  using Output = Tensor<Scalar, typename X::Shape>;
  struct Saved {};
  static void subtract_mean(const Scalar* x, auto&& write) {
    Scalar sum = 0;
    for (Index column = 0; column < X::columns; ++column) sum += x[column];
    for (Index column = 0; column < X::columns; ++column) write(column, x[column] - sum / Scalar(X::columns));
  }
  static void forward(In<X> x, Out<Output> y, Saved&) {
    for (Index row = 0; row < X::rows; ++row) {
      subtract_mean(x[row], [&](Index column, Scalar number) { y[row][column] = number; });
    }
  }
  static void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) {
    for (Index row = 0; row < X::rows; ++row) {
      subtract_mean(dy[row], [&](Index column, Scalar number) { dx.add(row, column, simd::One<Scalar>(number)); });
    }
  }
};
template <Operand X>
auto center(X&& x) {
  return operation<Center>(std::forward<X>(x));
}

/// The outer product of the rows of two tensors' column sums, with scratch memory, something saved and
/// gradients that are added to more than once: y(r, c) = factor * sum_k a(r, k) * b(0, c).
template <class A, class B>
struct SpreadSum {
  using Scalar = typename A::Scalar;
  using Output = Tensor<Scalar, Shape<A::rows, B::columns>>;
  struct Saved {
    Buffer<Scalar, A::rows> sums;
  };
  static constexpr Index scratch_bytes = workspace_bytes<Scalar>(A::rows);
  double factor = 1;
  void forward(In<A> a, In<B> b, Out<Output> y, Saved& saved, Context& context) const {
    auto* sums = context.template take<Scalar>(A::rows);
    for (Index row = 0; row < A::rows; ++row) {
      sums[row] = 0;
      for (Index k = 0; k < A::columns; ++k) sums[row] += a[row][k];
      saved.sums.data[row] = sums[row];
      for (Index column = 0; column < B::columns; ++column) {
        y[row][column] = static_cast<Scalar>(factor) * sums[row] * b[0][column];
      }
    }
  }
  void backward(In<Output> dy, In<Output>, In<A>, In<B> b, const Saved& saved, auto da, auto db) const {
    const auto sum_of_a = da.clear();
    const auto sum_of_b = db.clear();
    for (Index row = 0; row < A::rows; ++row) {
      for (Index column = 0; column < B::columns; ++column) {
        const Scalar gradient = static_cast<Scalar>(factor) * dy[row][column];
        for (Index k = 0; k < A::columns; ++k) sum_of_a.add(row, k, simd::One<Scalar>(gradient * b[0][column]));
        sum_of_b.add(0, column, simd::One<Scalar>(gradient * saved.sums.data[row]));
      }
    }
  }
};
auto spread_sum(auto a, auto b) {
  using Rule = SpreadSum<TensorOf<StoredOf<decltype(a)>>, TensorOf<StoredOf<decltype(b)>>>;
  return operation_with(Rule{.factor = 3}, std::move(a), std::move(b));
}
}  // namespace

TEST_CASE("operation: one's own, with a kernel for forward and backward") {
  CHECK(gradient_error([](auto x) { return center(x); }, Shape<5, 17>{}) < 1e-6);
  const std::vector<double> x{1, 2, 6, -1, 0, 1};
  CHECK(support::values([&] { return center(Name<double, Shape<2, 3>>(x.data())); }) ==
        std::vector<double>{-2, -1, 3, -1, 0, 1});
}

TEST_CASE("operation: operands may be expressions, results operands") {
  CHECK(gradient_error([](auto x) { return center(center(x * x) * x + 1.0) * x; }, Shape<2, 3, 17>{}) < 1e-6);
}

TEST_CASE("operation: with numbers of its own, scratch memory and sums of gradients") {
  CHECK(gradient_error([](auto a, auto b) { return spread_sum(a, b); }, Shape<3, 5>{}, Shape<7>{}) < 1e-6);
  CHECK(gradient_error([](auto a, auto b) { return spread_sum(a * a, b * b); }, Shape<3, 5>{}, Shape<7>{}) < 1e-6);
  // The same name twice: both gradients are added to one place.
  CHECK(gradient_error([](auto a) { return spread_sum(a, a); }, Shape<1, 5>{}) < 1e-6);
}
