// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/tokens.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>

// A loss is the root of an expression. It gives
//   evaluate(tape, context)         the sum of the losses of one example, forward only
//   train(tape, context, factor)    the same, and the gradients of factor * sum in every parameter
// and it has Tape, Scalar, workspace (bytes) and differentiable. The functor that makes it from a model's result and a
// target says by weight(target) what a batch's sum is divided by: how many parts of the target count.

namespace transfix::inline TRANSFIX_ABI {

namespace detail {

/// A loss that is a sum over the rows of a model's result. Its rule has
///   double row<Train, Columns>(Scalar* outputs, Index row, Scalar factor) const
/// the loss of a row; with Train, the outputs become the gradient of factor * loss.
template <class Rule, class Outputs>
struct RowLoss : Computation<RowLoss<Rule, Outputs>> {
  using Scalar = typename Outputs::Scalar;
  static constexpr Index rows = Outputs::Shape::rows, columns = Outputs::Shape::columns;
  static constexpr bool differentiable = Outputs::differentiable;
  static constexpr Index row_bytes = workspace_bytes<Scalar>(columns);
  static constexpr Index workspace =
      std::max({Outputs::forward_bytes, row_bytes, Outputs::open_bytes + Outputs::close_bytes});
  using Tape = typename Outputs::Tape;
  Rule rule;
  Outputs outputs;

  constexpr RowLoss(Rule given_rule, Outputs given) : rule(std::move(given_rule)), outputs(std::move(given)) {}

  double evaluate(Tape& tape, Context& context) const {
    outputs.forward(tape, context);
    std::byte* const mark = context.workspace;
    auto* row_of_outputs = context.take<Scalar>(columns);
    double sum = 0;
    for (Index row = 0; row < rows; ++row) {
      const Scalar* from = view(outputs, tape)[row];
      for (Index column = 0; column < columns; ++column) row_of_outputs[column] = from[column];
      sum += rule.template row<false, columns>(row_of_outputs, row, Scalar(0));
    }
    context.workspace = mark;
    return sum;
  }

  double train(Tape& tape, Context& context, Scalar factor) const {
    outputs.forward(tape, context);
    std::byte* const mark = context.workspace;
    outputs.open(tape, context);
    const auto d_outputs = gradient(outputs, tape, context);
    double sum = 0;
    for (Index row = 0; row < rows; ++row) {
      const Scalar* from = view(outputs, tape)[row];
      for (Index column = 0; column < columns; ++column) d_outputs[row][column] = from[column];
      sum += rule.template row<true, columns>(d_outputs[row], row, factor);
    }
    outputs.close(tape, context);
    context.workspace = mark;
    return sum;
  }
};

// Logits that are a product, the usual head of a language model, are never stored: blocks of rows become
// the loss and the gradients in one pass.
template <class Rule, class A, class B, bool Transposed, class Hidden, class Weight>
struct RowLoss<Rule, Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>>
    : Computation<RowLoss<Rule, Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>>> {
  using Logits = Operation<rules::MatMul<A, B, Transposed>, Hidden, Weight>;
  using Scalar = typename Logits::Scalar;
  static constexpr Index rows = Logits::Shape::rows, columns = Logits::Shape::columns;
  static constexpr bool differentiable = Logits::differentiable;
  static_assert(A::Shape::batches == 1 || is_dense<typename A::Shape, typename A::Strides>,
                "a loss takes logits that are made of rows without gaps");
  // Blocks of rows, multiples of 16 where there are several. Each passes over the weight and its gradient, and many
  // rows pay for that: at most 4 Mi logits, or up to 16 Mi where these are no more than a third of the weight's
  // numbers.
  static constexpr Index most_logits = std::clamp(A::columns * columns / 3, Index{4} << 20, Index{16} << 20);
  static constexpr Index most = std::max(most_logits / columns / 16 * 16, Index{16});
  static constexpr Index blocks = (rows + most - 1) / most;
  static constexpr Index block = blocks == 1 ? rows : ((rows + blocks - 1) / blocks + 15) / 16 * 16;
  static constexpr Index rest = rows % block;

  // The product of `Rows` rows, with the rules of a whole matmul.
  template <Index Rows>
  using ProductOf = rules::MatMul<Tensor<Scalar, Shape<Rows, A::columns>, typename A::Strides>, B, Transposed>;
  static constexpr Index logits_bytes = workspace_bytes<Scalar>(block * columns);
  static constexpr Index scratch_bytes =
      logits_bytes + std::max(ProductOf<block>::scratch_bytes, ProductOf<rest == 0 ? block : rest>::scratch_bytes);
  // The product of a block has read its rows of the hidden numbers when it writes their gradient.
  static constexpr bool replaces_hidden = Hidden::differentiable && closes_without_value<Hidden>();
  static constexpr Index workspace =
      std::max(Hidden::forward_bytes, (replaces_hidden ? 0 : Hidden::open_bytes) + Weight::open_bytes +
                                          std::max({scratch_bytes, Hidden::close_bytes, Weight::close_bytes}));
  struct Tape {
    [[no_unique_address]] typename Hidden::Tape hidden;
    [[no_unique_address]] typename Weight::Tape weight;
  };
  Rule rule;
  Hidden hidden;
  Weight weight;

  constexpr RowLoss(Rule given_rule, Logits logits)
      : rule(std::move(given_rule)),
        hidden(std::move(get<0>(logits.operands))),
        weight(std::move(get<1>(logits.operands))) {}

  double evaluate(Tape& tape, Context& context) const { return run<false>(tape, context, 0); }
  double train(Tape& tape, Context& context, Scalar factor) const { return run<true>(tape, context, factor); }

 private:
  template <bool Train>
  double run(Tape& tape, Context& context, Scalar factor) const {
    hidden.forward(tape.hidden, context);
    weight.forward(tape.weight, context);
    std::byte* const mark = context.workspace;
    if constexpr (Train) {
      if constexpr (replaces_hidden) {
        hidden.open_in_place(tape.hidden);
      } else {
        hidden.open(tape.hidden, context);
      }
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
    using Product = ProductOf<Rows>;
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
      sum += rule.template row<Train, columns>(logits + row * columns, first + row, factor);
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

/// A loss that uses a value computed once.
template <class Value, class Body>
struct LetLoss : Computation<LetLoss<Value, Body>> {
  using Scalar = typename Value::Scalar;
  using Inner = decltype(std::declval<const Body&>()(std::declval<NameOf<Value>>()));
  static constexpr bool differentiable = Inner::differentiable;
  static constexpr Index workspace =
      std::max(Value::forward_bytes, Value::open_bytes + std::max(Inner::workspace, Value::close_bytes));
  struct Tape {
    typename Value::Tape value;
    typename Inner::Tape inner;
  };
  Value bound;
  Body body;

  constexpr LetLoss(Value given, Body given_body) : bound(std::move(given)), body(std::move(given_body)) {}

  double evaluate(Tape& tape, Context& context) const {
    bound.forward(tape.value, context);
    return body(NameOf<Value>(bound.value(tape.value))).evaluate(tape.inner, context);
  }
  double train(Tape& tape, Context& context, Scalar factor) const {
    bound.forward(tape.value, context);
    std::byte* const mark = context.workspace;
    bound.open(tape.value, context);
    Scalar* gradient_of_name = nullptr;
    if constexpr (Value::differentiable) {
      gradient_of_name = bound.gradient(tape.value, context);
      set_to_zero(gradient_of_name, Value::span);
    }
    const double sum =
        body(NameOf<Value>(bound.value(tape.value), gradient_of_name)).train(tape.inner, context, factor);
    bound.close(tape.value, context);
    context.workspace = mark;
    return sum;
  }
};
template <class Value, class Body>
constexpr auto let_loss(Value value, Body body) {
  return LetLoss<Value, Body>(std::move(value), std::move(body));
}

template <class E>
inline constexpr bool is_let = false;
template <class Value, class Body>
inline constexpr bool is_let<Let<Value, Body>> = true;

/// The root of a rule over the rows of a model's result. A result that uses a name takes the loss inside, where a
/// product can be seen as one.
template <class Rule, Expression Outputs>
constexpr auto row_loss(Rule rule, Outputs&& outputs) {
  using E = decltype(own(std::forward<Outputs>(outputs)));  // a name's gradient is added to, not written
  if constexpr (is_let<E>) {
    return let_loss(std::move(outputs.bound),
                    [rule, body = std::move(outputs.body)](auto name) { return row_loss(rule, body(name)); });
  } else {
    return RowLoss<Rule, E>(std::move(rule), own(std::forward<Outputs>(outputs)));
  }
}
}  // namespace detail

namespace loss {

/// The law of targets: one for each row of the model's result.
template <class ShapeOfOutputs, Index Targets>
concept OneTargetForEachRow = ShapeOfOutputs::rows == Targets;

}  // namespace loss
}  // namespace transfix::inline TRANSFIX_ABI
