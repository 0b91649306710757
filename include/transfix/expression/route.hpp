// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/error.hpp>
#include <transfix/expression/gates.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/kernels/softmax.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// y(row) = sum over experts of gate(row, expert) * body(expert, x)(row), where body works on each row of its own, such
/// as a feed-forward layer. Only rows whose gate is not 0 are computed: those of an expert are gathered into blocks of
/// `Block` rows. A row may have up to `Chosen` gates.
template <Index Chosen, Index Block, class Input, class GatesOfRows, class Body>
struct Route : StoredComputation<Route<Chosen, Block, Input, GatesOfRows, Body>> {
  using Scalar = typename Input::Scalar;
  static constexpr Index rows = Input::Shape::rows, width = Input::Shape::columns;
  static constexpr Index experts = GatesOfRows::Shape::columns;
  static constexpr Index blocks = experts + rows * Chosen / Block;  // each expert's last block may be part empty
  static_assert(GatesOfRows::Shape::rows == rows, "route(x, gates, body): gates need a row for each row of x");
  using Bound = Name<Scalar, transfix::Shape<Block, width>>;
  using Inner = decltype(own(std::declval<const Body&>()(Index{}, std::declval<Bound>())));
  static_assert(Inner::Shape::rows == Block, "route(x, gates, body): the body must keep the number of rows");
  static constexpr Index columns = Inner::Shape::columns;
  using Shape = transfix::Shape<rows, columns>;
  using Strides = DenseStrides<Shape>;
  static constexpr bool differentiable = true;
  static constexpr Index span = Shape::size;
  static constexpr Index block_bytes = workspace_bytes<Scalar>(Block * width);
  static constexpr Index open_bytes = workspace_bytes<Scalar>(span);
  static constexpr Index forward_bytes =
      std::max({Input::forward_bytes, GatesOfRows::forward_bytes, block_bytes + Inner::forward_bytes});
  static constexpr Index close_bytes = Input::open_bytes + GatesOfRows::open_bytes +
                                       std::max({2 * block_bytes + Inner::open_bytes + Inner::close_bytes,
                                                 Input::close_bytes, GatesOfRows::close_bytes});

  /// The rows of one expert that are worked on together.
  struct Group {
    std::int32_t expert, count;
    std::array<std::int32_t, static_cast<std::size_t>(Block)> rows;
  };
  struct Tape {
    [[no_unique_address]] typename Input::Tape input;
    [[no_unique_address]] typename GatesOfRows::Tape gates;
    typename Inner::Tape inner[static_cast<std::size_t>(blocks)];
    Group groups[static_cast<std::size_t>(blocks)];
    Index used;
    Buffer<Scalar, span> value;
    Scalar* gradient;
  };
  Input input;
  GatesOfRows gates;
  Body body;

  constexpr Route(Input given, GatesOfRows given_gates, Body given_body)
      : input(std::move(given)), gates(std::move(given_gates)), body(std::move(given_body)) {}

  void forward(Tape& tape, Context& context) const {
    input.forward(tape.input, context);
    gates.forward(tape.gates, context);
    gather_groups(tape);
    const auto x = view(input, tape.input);
    const auto gate = view(gates, tape.gates);
    set_to_zero(tape.value.data, span);
    std::byte* const mark = context.workspace;
    Scalar* const rows_of_block = context.template take<Scalar>(Block * width);
    for (Index number = 0; number < tape.used; ++number) {
      const Group& group = tape.groups[number];
      gather<width>(group, x, rows_of_block);
      own(body(Index{group.expert}, Bound(rows_of_block))).forward(tape.inner[number], context);
      const Scalar* const result = Inner::value(tape.inner[number]);
      for_each_row(group, [&](Index i, Index row) {
        add<columns>(gate[row][group.expert], result + i * columns, tape.value.data + row * columns);
      });
    }
    context.workspace = mark;
  }

  void close(Tape& tape, Context& context) const {
    std::byte* const mark = context.workspace;
    input.open(tape.input, context);
    gates.open(tape.gates, context);
    const auto x = view(input, tape.input);
    const auto gate = view(gates, tape.gates);
    const auto d_input = transfix::gradient(input, tape.input, context).clear();
    const auto d_gate = transfix::gradient(gates, tape.gates, context).clear();
    const In<Tensor<Scalar, Shape>> dy{tape.gradient};
    std::byte* const opened = context.workspace;
    Scalar* const rows_of_block = context.template take<Scalar>(Block * width);
    Scalar* const gradients_of_block = context.template take<Scalar>(Block * width);
    std::byte* const taken = context.workspace;
    for (Index number = tape.used - 1; number >= 0; --number) {
      const Group& group = tape.groups[number];
      gather<width>(group, x, rows_of_block);
      set_to_zero(gradients_of_block, Block * width);
      const auto inner = own(body(Index{group.expert}, Bound(rows_of_block, gradients_of_block)));
      Inner::open(tape.inner[number], context);
      Scalar* const d_result = Inner::gradient(tape.inner[number], context);
      const Scalar* const result = Inner::value(tape.inner[number]);
      set_to_zero(d_result, Block * columns);
      for_each_row(group, [&](Index i, Index row) {
        using One = simd::One<Scalar>;
        add<columns>(gate[row][group.expert], dy[row], d_result + i * columns);
        d_gate.add(row, Index{group.expert}, One(kernels::dot<columns>(dy[row], result + i * columns)));
      });
      inner.close(tape.inner[number], context);
      for_each_row(group, [&](Index i, Index row) {
        simd::for_each_lane<Scalar, width>([&](auto tag, Index column) {
          d_input.add(row, column, simd::load<decltype(tag)>(gradients_of_block + i * width + column));
        });
      });
      context.workspace = taken;
    }
    context.workspace = opened;
    gates.close(tape.gates, context);
    input.close(tape.input, context);
    context.workspace = mark;
  }

 private:
  // Which rows go to which expert: those whose gate is not 0, in order.
  void gather_groups(Tape& tape) const {
    const auto gate = view(gates, tape.gates);
    tape.used = 0;
    for (Index expert = 0; expert < experts; ++expert) {
      Group* group = nullptr;
      for (Index row = 0; row < rows; ++row) {
        if (gate[row][expert] == Scalar(0)) continue;
        if (group == nullptr || group->count == Block) {
          if (tape.used == blocks) fail("route: a row has more gates than the ", Chosen, " that were announced");
          group = tape.groups + tape.used++;
          group->expert = static_cast<std::int32_t>(expert);
          group->count = 0;
        }
        group->rows[static_cast<std::size_t>(group->count++)] = static_cast<std::int32_t>(row);
      }
    }
  }

  static void for_each_row(const Group& group, auto&& function) {
    for (std::int32_t i = 0; i < group.count; ++i) {
      function(Index{i}, Index{group.rows[static_cast<std::size_t>(i)]});
    }
  }

  // Rows of a block that no row fills are zeros.
  template <Index Columns>
  static void gather(const Group& group, auto x, Scalar* to) {
    for_each_row(group, [&](Index i, Index row) { std::memcpy(to + i * Columns, x[row], sizeof(Scalar) * Columns); });
    set_to_zero(to + group.count * Columns, (Block - group.count) * Columns);
  }

  template <Index Columns>
  static void add(Scalar factor, const Scalar* from, Scalar* to) {
    simd::for_each_lane<Scalar, Columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      simd::store(
          simd::multiply_add(Vector(factor), simd::load<Vector>(from + column), simd::load<Vector>(to + column)),
          to + column);
    });
  }
};

/// Sends rows to experts: y(row) = sum over experts of gates(row, expert) * body(expert, x)(row), computed only where
/// the gate is not 0. body(expert, name) must work on each row of its own; it is called on `Block` rows at a time.
template <Index Chosen, Index Block = 16, Operand X, Operand GatesOfRows, class Body>
constexpr auto route(X&& x, GatesOfRows&& gates_of_rows, Body body) {
  constexpr Index rows = ExpressionOf<X>::Shape::rows;
  return Route<Chosen, (rows < Block ? rows : Block), StoredOf<X>, StoredOf<GatesOfRows>, Body>(
      store(std::forward<X>(x)), store(std::forward<GatesOfRows>(gates_of_rows)), std::move(body));
}

}  // namespace transfix::inline TRANSFIX_ABI
