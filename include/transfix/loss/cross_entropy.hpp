// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/kernels/softmax.hpp>

// A loss is the root of an expression. It gives
//   evaluate(tape, context)         the sum of the losses of one sequence, forward only
//   train(tape, context, factor)    the same, and the gradients of factor * sum in every parameter

namespace transfix::inline TRANSFIX_ABI {

namespace kernels {
/// -log softmax(logits)[target]. With `Train`, logits become the gradient of factor * loss.
template <Index Columns, bool Train, class Scalar>
double cross_entropy_row(Scalar* logits, Token target, [[maybe_unused]] Scalar factor,
                         [[maybe_unused]] Scalar* exponentials) {
  if (target < 0) {
    if constexpr (Train) {
      for (Index column = 0; column < Columns; ++column) logits[column] = 0;
    }
    return 0;
  }
  if (target >= Columns) {
    fail("the target ", target, " is not one of ", Columns, " classes: targets are 0 .. ", Columns - 1,
         ", and a negative one is left out");
  }
  const Scalar of_target = logits[target];
  const auto statistics = exponentials_of_row<Columns>(logits, Train ? logits : exponentials);
  if constexpr (Train) {
    const Scalar scale = factor / statistics.sum;
    simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      simd::store(simd::load<Vector>(logits + column) * Vector(scale), logits + column);
    });
    logits[target] -= factor;
  }
  return static_cast<double>(statistics.log_sum() - of_target);
}
}  // namespace kernels

namespace detail {

template <class Logits>
struct CrossEntropyOf : Computation<CrossEntropyOf<Logits>> {
  using Scalar = typename Logits::Scalar;
  static constexpr Index rows = Logits::Shape::rows, columns = Logits::Shape::columns;
  static constexpr bool differentiable = Logits::differentiable;
  static constexpr Index row_bytes = workspace_bytes<Scalar>(columns);
  static constexpr Index workspace =
      std::max({Logits::forward_bytes, row_bytes, Logits::open_bytes + Logits::close_bytes});
  using Tape = typename Logits::Tape;
  Logits logits;
  Tokens<rows> targets;

  constexpr CrossEntropyOf(Logits given, Tokens<rows> given_targets)
      : logits(std::move(given)), targets(given_targets) {}

  double evaluate(Tape& tape, Context& context) const {
    logits.forward(tape, context);
    std::byte* const mark = context.workspace;
    auto* row_of_logits = context.take<Scalar>(columns);
    double sum = 0;
    for (Index row = 0; row < rows; ++row) {
      const Scalar* from = view(logits, tape)[row];
      for (Index column = 0; column < columns; ++column) row_of_logits[column] = from[column];
      sum += kernels::cross_entropy_row<columns, false>(row_of_logits, targets[row], Scalar(0), row_of_logits);
    }
    context.workspace = mark;
    return sum;
  }

  double train(Tape& tape, Context& context, Scalar factor) const {
    logits.forward(tape, context);
    std::byte* const mark = context.workspace;
    logits.open(tape, context);
    const auto d_logits = gradient(logits, tape, context);
    double sum = 0;
    for (Index row = 0; row < rows; ++row) {
      const Scalar* from = view(logits, tape)[row];
      for (Index column = 0; column < columns; ++column) d_logits[row][column] = from[column];
      sum += kernels::cross_entropy_row<columns, true>(d_logits[row], targets[row], factor, d_logits[row]);
    }
    logits.close(tape, context);
    context.workspace = mark;
    return sum;
  }
};

// Logits that are a product, the usual head of a language model, are never stored: blocks of rows become
// the loss and the gradients in one pass.
template <class A, class B, bool Transposed, class Hidden, class Weight>
struct CrossEntropyOf<Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>>
    : Computation<CrossEntropyOf<Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>>> {
  using Logits = Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>;
  using Scalar = typename Logits::Scalar;
  static constexpr Index rows = Logits::Shape::rows, columns = Logits::Shape::columns;
  static constexpr bool differentiable = Logits::differentiable;
  static_assert(A::Shape::batches == 1, "cross-entropy takes logits of shape [rows, classes]");
  static constexpr Index block = std::min(rows, std::max(Index{16}, (Index{1} << 20) / columns));
  static constexpr Index rest = rows % block;

  // The product of `Rows` rows, with the rules of a whole matmul.
  template <Index Rows>
  using Rule = rules::MatMul<Tensor<Scalar, Shape<Rows, A::columns>, typename A::Strides>, B, Transposed>;
  static constexpr Index logits_bytes = workspace_bytes<Scalar>(block * columns);
  static constexpr Index scratch_bytes =
      logits_bytes + std::max(Rule<block>::scratch_bytes, Rule<rest == 0 ? block : rest>::scratch_bytes);
  static constexpr Index workspace =
      std::max(Hidden::forward_bytes, Hidden::open_bytes + Weight::open_bytes +
                                          std::max({scratch_bytes, Hidden::close_bytes, Weight::close_bytes}));
  struct Tape {
    [[no_unique_address]] typename Hidden::Tape hidden;
    [[no_unique_address]] typename Weight::Tape weight;
  };
  Hidden hidden;
  Weight weight;
  Tokens<rows> targets;

  constexpr CrossEntropyOf(Logits logits, Tokens<rows> given_targets)
      : hidden(std::move(get<0>(logits.operands))),
        weight(std::move(get<1>(logits.operands))),
        targets(given_targets) {}

  double evaluate(Tape& tape, Context& context) const { return run<false>(tape, context, 0); }
  double train(Tape& tape, Context& context, Scalar factor) const { return run<true>(tape, context, factor); }

 private:
  template <bool Train>
  double run(Tape& tape, Context& context, Scalar factor) const {
    hidden.forward(tape.hidden, context);
    weight.forward(tape.weight, context);
    std::byte* const mark = context.workspace;
    if constexpr (Train) {
      hidden.open(tape.hidden, context);
      weight.open(tape.weight, context);
      gradient(weight, tape.weight, context).clear();  // every block of rows adds to it
    }
    std::byte* const opened = context.workspace;
    double sum = 0;
    for (Index row = 0; row + block <= rows; row += block) sum += run_block<block, Train>(tape, context, factor, row);
    if constexpr (rest != 0) sum += run_block<rest, Train>(tape, context, factor, rows - rest);
    context.workspace = opened;
    if constexpr (Train) {
      weight.close(tape.weight, context);
      hidden.close(tape.hidden, context);
    }
    context.workspace = mark;
    return sum;
  }

  template <Index Rows, bool Train>
  double run_block(Tape& tape, Context& context, Scalar factor, Index first) const {
    using Product = Rule<Rows>;
    using HiddenBlock = Tensor<Scalar, Shape<Rows, A::columns>, typename A::Strides>;
    std::byte* const mark = context.workspace;
    auto* logits = context.take<Scalar>(Rows * columns);
    std::byte* const scratch = context.workspace;
    const In<HiddenBlock> x{view(hidden, tape.hidden)[first]};
    const auto w = view(weight, tape.weight);
    typename Product::Saved saved;
    Product::forward(x, w, Out<typename Product::Output>{logits}, saved, context);
    context.workspace = scratch;
    double sum = 0;
    for (Index row = 0; row < Rows; ++row) {
      Scalar* const row_of_logits = logits + row * columns;
      sum += kernels::cross_entropy_row<columns, Train>(row_of_logits, targets[first + row], factor, row_of_logits);
    }
    if constexpr (Train) {
      using HiddenGradient = GradientOf<Hidden>;
      const Gradient<HiddenBlock, HiddenGradient::accumulates, HiddenGradient::wanted> dx{
          gradient(hidden, tape.hidden, context)[first]};
      const Gradient<TensorOf<Weight>, true, GradientOf<Weight>::wanted> dw{
          gradient(weight, tape.weight, context).data};
      Product::backward(In<typename Product::Output>{logits}, {}, x, w, saved, context, dx, dw);
    }
    context.workspace = mark;
    return sum;
  }
};
}  // namespace detail

namespace loss {

/// The law of targets: one for each row of logits.
template <class ShapeOfLogits, Index Targets>
concept OneTargetForEachRow = ShapeOfLogits::rows == Targets;

/// -log softmax(logits)[target], summed over rows. A negative target is left out.
struct CrossEntropy {
  template <Expression Logits, Index Count>
  constexpr auto operator()(Logits&& logits, Tokens<Count> targets) const {
    using E = decltype(own(std::forward<Logits>(logits)));  // a name's gradient is added to, not written
    static_assert(OneTargetForEachRow<typename E::Shape, Count>, "cross-entropy: one target for each row of logits");
    return detail::CrossEntropyOf<E>(own(std::forward<Logits>(logits)), Tokens<E::Shape::rows>{targets.data});
  }

  /// How many targets count.
  template <Index Count>
  static constexpr Index weight(Tokens<Count> targets) {
    Index count = 0;
    for (Index position = 0; position < Count; ++position) count += targets[position] >= 0;
    return count;
  }
};

}  // namespace loss
}  // namespace transfix::inline TRANSFIX_ABI
