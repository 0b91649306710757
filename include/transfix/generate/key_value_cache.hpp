// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/mask.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Puts rows of heads [heads, rows, D] into a table of `Capacity` rows, from `position` on, and stands for the whole
/// table, [heads, Capacity, D].
template <class E, Index Capacity>
struct Remembered : Computation<Remembered<E, Capacity>>, Reading<Remembered<E, Capacity>> {
  using Scalar = typename E::Scalar;
  static constexpr Index heads = E::Shape::batches, rows = E::Shape::matrix_rows, width = E::Shape::columns;
  using Shape = transfix::Shape<heads, Capacity, width>;
  using Strides = transfix::Strides<width, heads * width>;
  using Tape = typename E::Tape;
  static constexpr bool accumulates = false, differentiable = false;
  static constexpr Index span = Capacity * heads * width;
  static constexpr Index open_bytes = 0, close_bytes = 0, forward_bytes = E::forward_bytes;
  E given;
  Scalar* table;
  Index position;

  constexpr Remembered(E expression, Scalar* numbers, Index place)
      : given(std::move(expression)), table(numbers), position(place) {}
  const Scalar* value(const Tape&) const { return table; }
  Scalar* gradient(Tape&, const Context&) const { return nullptr; }
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}
  void forward(Tape& tape, Context& context) const {
    given.forward(tape, context);
    const auto from = view(given, tape);
    for (Index row = 0; row < heads * rows; ++row) {
      Scalar* const to = table + ((position + row % rows) * heads + row / rows) * width;
      for (Index column = 0; column < width; ++column) to[column] = from[row][column];
    }
  }
};

/// The keys and values of the last `Capacity` tokens, for each layer of a model. Where there were more, a token takes
/// the place of the oldest one, so that each token sees the last `Capacity` ones (a rolling cache, Jiang et al. 2023).
template <class Model, Index Capacity = Model::context>
struct KeyValueCache {
  using Scalar = typename Model::Scalar;
  static constexpr Index capacity = Capacity;
  static constexpr Index key_width = [] {
    if constexpr (requires { Model::key_width; }) {
      return Model::key_width;  // fewer heads of keys than of queries
    } else {
      return Model::width;
    }
  }();
  struct Layer {
    Buffer<Scalar, capacity * key_width> keys, values;
  };
  Layer layers[static_cast<std::size_t>(Model::layers)];

  /// What the attention of one layer sees: this cache, after `position` tokens.
  struct Memory {
    Layer* layer;
    Index position;
    template <Expression E>
    constexpr auto keys(E key) const {
      return Remembered<E, capacity>(std::move(key), layer->keys.data, position % capacity);
    }
    template <Expression E>
    constexpr auto values(E value) const {
      return Remembered<E, capacity>(std::move(value), layer->values.data, position % capacity);
    }
    /// A full cache holds nothing but what is seen, in whatever order.
    constexpr auto mask(Causal) const { return Causal{std::min(position, capacity - 1)}; }
  };
  constexpr auto at(Index position) {
    return [this, position](Index layer) { return Memory{&layers[layer], position}; };
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
