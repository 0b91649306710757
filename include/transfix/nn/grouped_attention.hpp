// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/rotary.hpp>
#include <transfix/nn/attention.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// Self-attention with rotary positions, in which groups of query heads share a head of keys and values (Ainslie
/// et al. 2023; KeyHeads = 1 is multi-query attention, KeyHeads = Heads the usual one).
///   x, y: [context, Width]; query: [Width, Width]; key, value: [Width, KeyHeads * Width / Heads]
template <Index Width, Index Heads, Index KeyHeads, class Mask = Causal, class Scalar = float, bool Bias = false,
          RotaryPairs Pairs = RotaryPairs::halves, Index Base = 10000>
struct GroupedAttention {
  static_assert(HeadsDivideWidth<Width, Heads>, "the number of heads must divide the width");
  static_assert(HeadsDivideWidth<Heads, KeyHeads>, "the number of key heads must divide the number of heads");
  static constexpr Index key_width = KeyHeads * (Width / Heads);

  Linear<Width, Width, Scalar, Bias> query;
  Linear<Width, key_width, Scalar, Bias> key;
  Linear<Width, key_width, Scalar, Bias> value;
  Linear<Width, Width, Scalar, Bias> projection;

  template <Operand X, class Memory = NoMemory>
  constexpr auto operator()(X&& x, Memory memory = {}) const {
    return let(std::forward<X>(x), [this, memory](auto input) {
      return let(query(input), [this, memory, input](auto queries) {
        return let(key(input), [this, memory, input, queries](auto keys) {
          return let(value(input), [this, memory, queries, keys](auto values) {
            return this->attend(heads<Heads>(queries), heads<KeyHeads>(keys), heads<KeyHeads>(values), memory);
          });
        });
      });
    });
  }

 private:
  template <Index Count>
  static constexpr auto heads(auto name) {
    return split_heads<1, Count>(name)[0];
  }
  template <class Memory>
  constexpr auto attend(auto queries, auto keys, auto values, Memory memory) const {
    constexpr auto base = static_cast<double>(Base);
    auto turned = rotate<Pairs>(queries, memory.position, base);
    auto seen = memory.keys(rotate<Pairs>(keys, memory.position, base));
    auto scores = mask(scale(matmul(std::move(turned), transpose(std::move(seen)))), memory.mask(Mask{}));
    return projection(merge_heads(matmul(softmax(std::move(scores)), memory.values(values))));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
