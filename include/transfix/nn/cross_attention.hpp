// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/nn/attention.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// Attention of one sequence to another (Vaswani et al. 2017): queries from x, keys and values from `source`.
///   x, y: [context, Width]; source: [other context, SourceWidth]
template <Index Width, Index Heads, Index SourceWidth = Width, class Scalar = float, bool Bias = true,
          bool Drops = false>
struct CrossAttention {
  static_assert(HeadsDivideWidth<Width, Heads>, "the number of heads must divide the width");

  Linear<Width, Width, Scalar, Bias> query;
  Linear<SourceWidth, 2 * Width, Scalar, Bias> key_value;
  Linear<Width, Width, Scalar, Bias> projection;

  /// `padding` is a mask over the source, such as KeyPadding.
  template <Operand X, Leaf Source, class Mask = Unmasked>
  constexpr auto operator()(X&& x, Source source, Mask padding = {}) const {
    return let(query(std::forward<X>(x)), [this, source, padding](auto queries) {
      return let(key_value(source), [this, queries, padding](auto joined) {
        return projection(each<decltype(joined)::Shape::batches>([queries, joined, padding](Index number) {
          const auto [keys, values] = split_heads<2, Heads>(matrix(joined, number));
          auto scores = mask(scale(matmul(split_heads<1, Heads>(matrix(queries, number))[0], transpose(keys))),
                             mask_of(padding, number));
          return merge_heads(matmul(dropout<Drops>(softmax(std::move(scores))), values));
        }));
      });
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
