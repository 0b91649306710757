// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/leaf.hpp>
#include <transfix/generate/key_value_cache.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
struct Model {
  using Scalar = float;
  static constexpr Index context = 5, width = 6, layers = 2;
};
}  // namespace

TEST_CASE("key-value cache: its size is known, and heads are put in their rows") {
  static_assert(sizeof(KeyValueCache<Model>) >= 2 * 2 * 5 * 6 * sizeof(float));
  KeyValueCache<Model> cache = {};
  const auto keys = support::normal_numbers<float>(6, 1), values = support::normal_numbers<float>(6, 2);
  using Heads = Name<float, Shape<2, 1, 3>>;  // [heads, 1, D]
  EmptyTape tape;
  Context context;
  const auto memory = cache.at(3)(1);  // position 3 of layer 1
  const auto all_keys = memory.keys(Heads(keys.data()));
  const auto all_values = memory.values(Heads(values.data()));
  all_keys.forward(tape, context);
  all_values.forward(tape, context);
  static_assert(std::is_same_v<decltype(all_keys)::Shape, Shape<2, 5, 3>>);
  for (Index i = 0; i < 30; ++i) {
    CHECK(cache.layers[0].keys.data[i] == 0);
    const bool written = i / 6 == 3;
    CHECK(cache.layers[1].keys.data[i] == (written ? keys[static_cast<std::size_t>(i % 6)] : 0));
    CHECK(cache.layers[1].values.data[i] == (written ? values[static_cast<std::size_t>(i % 6)] : 0));
  }
  // Head 1, key 3 of the whole table.
  CHECK(view(all_keys, tape)[5 + 3][2] == keys[5]);
  CHECK(memory.mask(Causal{}).offset == 3);
}
