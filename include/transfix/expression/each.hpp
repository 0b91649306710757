// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <transfix/expression/let.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// The values of body(0) .. body(Count - 1), one after the other with a new leading extent. One type and one loop,
/// whatever the count.
template <Index Count, class Body>
struct Each : StoredComputation<Each<Count, Body>> {
  using Inner = decltype(own(std::declval<const Body&>()(Index{})));
  using Scalar = typename Inner::Scalar;
  static constexpr Index rows = Inner::Shape::rows, columns = Inner::Shape::columns;
  static_assert(Inner::Shape::batches == 1, "each<Count>(body): the body must give a matrix");
  using Shape = transfix::Shape<Count, rows, columns>;
  using Strides = DenseStrides<Shape>;
  static constexpr bool differentiable = Inner::differentiable;
  static constexpr Index span = Shape::size;
  static constexpr Index open_bytes = differentiable ? workspace_bytes<Scalar>(span) : 0;
  static constexpr Index forward_bytes = Inner::forward_bytes;
  static constexpr Index close_bytes = Inner::open_bytes + Inner::close_bytes;
  struct Tape {
    typename Inner::Tape inner[static_cast<std::size_t>(Count)];
    Buffer<Scalar, span> value;
    Scalar* gradient;
  };
  Body body;

  constexpr explicit Each(Body given) : body(std::move(given)) {}

  void forward(Tape& tape, Context& context) const {
    const auto first_sequence = context.sequence, first_stream = context.random_stream;
    for (Index number = 0; number < Count; ++number) {
      context.sequence = first_sequence + static_cast<std::uint32_t>(number);
      context.random_stream = first_stream;
      const auto inner = own(body(number));
      inner.forward(tape.inner[number], context);
      const auto from = view(inner, tape.inner[number]);
      for (Index row = 0; row < rows; ++row) {
        std::memcpy(tape.value.data + (number * rows + row) * columns, from[row], row_bytes);
      }
    }
    context.sequence = first_sequence;
  }

  void close(Tape& tape, Context& context) const {
    if constexpr (differentiable) {
      std::byte* const mark = context.workspace;
      for (Index number = 0; number < Count; ++number) {
        const auto inner = own(body(number));
        Inner::open(tape.inner[number], context);
        const auto to = transfix::gradient(inner, tape.inner[number], context);
        for (Index row = 0; row < rows; ++row) {
          std::memcpy(to[row], tape.gradient + (number * rows + row) * columns, row_bytes);
        }
        inner.close(tape.inner[number], context);
        context.workspace = mark;
      }
    }
  }

 private:
  static constexpr std::size_t row_bytes = sizeof(Scalar) * static_cast<std::size_t>(columns);
};

/// body(number) for number = 0 .. Count - 1, [rows, columns] each -> [Count, rows, columns]; a single one stays as it
/// is. The body runs later: capture names by value.
template <Index Count, class Body>
constexpr auto each(Body body) {
  if constexpr (Count == 1) {
    return body(Index{0});
  } else {
    return Each<Count, Body>(std::move(body));
  }
}

/// One matrix of a named tensor, without a copy.
template <Leaf Named>
constexpr auto matrix(Named name, Index number) {
  using Shape = typename Named::Shape;
  if constexpr (Shape::batches == 1) {
    return name;
  } else {
    return name.template seen_as<transfix::Shape<Shape::matrix_rows, Shape::columns>>(number * Shape::matrix_rows *
                                                                                      Shape::columns);
  }
}

/// The mask of one sequence: masks that differ between sequences have of(number).
template <class Mask>
constexpr auto mask_of(const Mask& mask, Index number) {
  if constexpr (requires { mask.of(number); }) {
    return mask.of(number);
  } else {
    return mask;
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
