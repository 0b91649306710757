// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/heads.hpp>
#include <transfix/expression/mask.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Puts a row of heads [heads, 1, D] into a table of `Capacity` rows and stands for the whole table,
/// [heads, Capacity, D].
template <class E, Index Capacity>
struct Remembered : Computation<Remembered<E, Capacity>>, Reading<Remembered<E, Capacity>> {
  using Scalar = typename E::Scalar;
  static constexpr Index heads = E::Shape::batches, width = E::Shape::columns;
  static_assert(E::Shape::matrix_rows == 1, "a cache remembers one row at a time");
  using Shape = transfix::Shape<heads, Capacity, width>;
  using Strides = transfix::Strides<width, heads * width>;
  using Tape = typename E::Tape;
  static constexpr bool accumulates = false, differentiable = false;
  static constexpr Index span = Capacity * heads * width;
  static constexpr Index open_bytes = 0, close_bytes = 0, forward_bytes = E::forward_bytes;
  E row;
  Scalar* table;
  Index position;

  constexpr Remembered(E given, Scalar* rows, Index place) : row(std::move(given)), table(rows), position(place) {}
  const Scalar* value(const Tape&) const { return table; }
  Scalar* gradient(Tape&, const Context&) const { return nullptr; }
  void open(Tape&, Context&) const {}
  void close(Tape&, Context&) const {}
  void forward(Tape& tape, Context& context) const {
    row.forward(tape, context);
    const auto from = view(row, tape);
    for (Index head = 0; head < heads; ++head) {
      for (Index column = 0; column < width; ++column) {
        table[position * heads * width + head * width + column] = from[head][column];
      }
    }
  }
};

/// The keys and values of all tokens so far, for each layer of a model.
template <class Model>
struct KeyValueCache {
  using Scalar = typename Model::Scalar;
  static constexpr Index capacity = Model::context;
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

  /// What the attention of one layer sees: this cache, with `position` tokens in it.
  struct Memory {
    Layer* layer;
    Index position;
    template <Expression E>
    constexpr auto keys(E key) const {
      return Remembered<E, capacity>(std::move(key), layer->keys.data, position);
    }
    template <Expression E>
    constexpr auto values(E value) const {
      return Remembered<E, capacity>(std::move(value), layer->values.data, position);
    }
    constexpr auto mask(Causal) const { return Causal{position}; }
  };
  constexpr auto at(Index position) {
    return [this, position](Index layer) { return Memory{&layers[layer], position}; };
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
