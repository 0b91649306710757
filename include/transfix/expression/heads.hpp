// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// The strides of heads that lie side by side in rows of `Row` numbers.
template <Index HeadWidth, Index Row>
using HeadStrides = Strides<HeadWidth, Row>;

/// The law of heads: they share the columns evenly.
template <Index Columns, Index Parts>
concept PartsDivideColumns = Columns % Parts == 0;

/// Cuts the columns of a named value into `Parts` parts of `Heads` heads each, without a copy:
///   [context, Parts * Heads * D] -> Parts times [Heads, context, D]
///   const auto [query, key, value] = split_heads<3, 4>(name);
template <Index Parts, Index Heads, Leaf Named>
constexpr auto split_heads(Named name) {
  using Shape = typename Named::Shape;
  static_assert(Shape::batches == 1, "split_heads<Parts, Heads>(x): x must be one matrix [context, columns]");
  static_assert(PartsDivideColumns<Shape::columns, Parts * Heads>,
                "split_heads<Parts, Heads>(x): Parts * Heads must divide the columns of x");
  constexpr Index width = Shape::columns / (Parts * Heads);
  using Head = decltype(name.template seen_as<transfix::Shape<Heads, Shape::rows, width>,
                                              HeadStrides<width, Named::Strides::row>>());
  return [&]<Index... Part>(std::integer_sequence<Index, Part...>) {
    return std::array<Head, static_cast<std::size_t>(Parts)>{
        name.template seen_as<transfix::Shape<Heads, Shape::rows, width>, HeadStrides<width, Named::Strides::row>>(
            Part * Heads * width)...};
  }
  (std::make_integer_sequence<Index, Parts>{});
}

/// A stored value seen with another shape, in the same memory.
template <class E, class NewShape, class NewStrides>
struct SeenAs : Computation<SeenAs<E, NewShape, NewStrides>>, Reading<SeenAs<E, NewShape, NewStrides>> {
  using Scalar = typename E::Scalar;
  using Shape = NewShape;
  using Strides = NewStrides;
  using Tape = typename E::Tape;
  static constexpr bool accumulates = E::accumulates, differentiable = E::differentiable;
  static constexpr Index span = E::span;
  static constexpr Index open_bytes = E::open_bytes, forward_bytes = E::forward_bytes, close_bytes = E::close_bytes;
  E expression;

  constexpr explicit SeenAs(E given) : expression(std::move(given)) {}
  static auto* value(const Tape& tape) { return E::value(tape); }
  static auto* gradient(Tape& tape, const Context& context) { return E::gradient(tape, context); }
  static void open(Tape& tape, Context& context) { E::open(tape, context); }
  void forward(Tape& tape, Context& context) const { expression.forward(tape, context); }
  void close(Tape& tape, Context& context) const { expression.close(tape, context); }
};

namespace rules {
/// Heads side by side: y(t, h * D + d) = x(h, t, d).
template <class X>
struct MergeHeads {
  static constexpr Index heads = X::Shape::batches, context = X::Shape::matrix_rows, width = X::columns;
  using Output = Tensor<typename X::Scalar, Shape<context, heads * width>>;
  struct Saved {};
  static void forward(In<X> x, Out<Output> y, Saved&) {
    for (Index row = 0; row < X::rows; ++row) {
      for (Index column = 0; column < width; ++column)
        y[row % context][row / context * width + column] = x[row][column];
    }
  }
  static void backward(In<Output> dy, In<Output>, In<X>, const Saved&, auto dx) {
    for (Index row = 0; row < X::rows; ++row) {
      simd::for_each_lane<typename X::Scalar, width>([&](auto tag, Index column) {
        dx.add(row, column, simd::load<decltype(tag)>(dy[row % context] + row / context * width + column));
      });
    }
  }
};
}  // namespace rules

/// Puts heads side by side: [heads, context, D] -> [context, heads * D]. The result of attention lies
/// that way already and is not copied.
template <Operand X>
constexpr auto merge_heads(X&& x) {
  using E = StoredOf<X>;
  using Shape = typename E::Shape;
  constexpr Index heads = Shape::batches, context = Shape::matrix_rows, width = Shape::columns;
  if constexpr (!E::is_leaf && E::Strides::batch == width && E::Strides::row == heads * width) {
    return SeenAs<E, transfix::Shape<context, heads * width>, Strides<context * heads * width, heads * width>>(
        store(std::forward<X>(x)));
  } else {
    return operation<rules::MergeHeads>(std::forward<X>(x));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
