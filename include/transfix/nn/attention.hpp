// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/attention.hpp>
#include <transfix/expression/each.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// What attention sees of earlier passes: nothing. Generation passes a key-value cache instead.
struct NoMemory {
  static constexpr Index position = 0;
  static constexpr auto keys(auto key) { return key; }
  static constexpr auto values(auto value) { return value; }
  static constexpr auto mask(auto training_mask) { return training_mask; }
};

namespace nn {

/// The law of heads.
template <Index Width, Index Heads>
concept HeadsDivideWidth = Width % Heads == 0;

/// Multi-head self-attention (Vaswani et al. 2017):
///   [query key value] = x W;  y = concat over heads of softmax(mask(query key^T / sqrt(D))) value, times W'
/// x, y: [context, Width]; `Mask` is a mask such as Causal; with `Drops` the probabilities have dropout.
template <Index Width, Index Heads, class Mask = Causal, class Scalar = float, bool Bias = true, bool Drops = false>
struct SelfAttention {
  static_assert(HeadsDivideWidth<Width, Heads>, "the number of heads must divide the width");

  Linear<Width, 3 * Width, Scalar, Bias> query_key_value;
  Linear<Width, Width, Scalar, Bias> projection;

  /// `padding` is one more mask, such as KeyPadding.
  template <Operand X, class Memory = NoMemory, class Padding = Unmasked>
  constexpr auto operator()(X&& x, Memory memory = {}, Padding padding = {}) const {
    return let(query_key_value(std::forward<X>(x)), [this, memory, padding](auto joined) {
      return projection(each<decltype(joined)::Shape::batches>([joined, memory, padding](Index number) {
        const auto [query, key, value] = split_heads<3, Heads>(matrix(joined, number));
        auto scores = mask(mask(scale(matmul(query, transpose(memory.keys(key)))), memory.mask(Mask{})),
                           mask_of(padding, number));
        return merge_heads(matmul(dropout<Drops>(softmax(std::move(scores))), memory.values(value)));
      }));
    });
  }
};

}  // namespace nn
}  // namespace transfix::inline TRANSFIX_ABI
