// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/nn/cross_attention.hpp>
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/norm.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// Where the norms of a block stand.
enum class NormPlace {
  after,   ///< norm(x + part(x)): the original Transformer, BERT
  before,  ///< x + part(norm(x)): GPT-2 and most after it
};

/// The shape of encoder and decoder blocks.
struct BlockConfig {
  Index width = 512;
  Index heads = 8;
  Index hidden = 2048;
  NormPlace norms = NormPlace::after;
  bool dropout = false;
  int norm_epsilon = 5;  ///< 5 is 1e-5
};

namespace detail {
/// norm(x + part(x)) or x + part(norm(x)).
template <BlockConfig Config>
constexpr auto residual(auto x, const auto& norm, auto part) {
  if constexpr (Config.norms == NormPlace::after) {
    return norm(x + dropout<Config.dropout>(part(x)));
  } else {
    return x + dropout<Config.dropout>(part(norm(x)));
  }
}
}  // namespace detail

/// One block of an encoder: self-attention without a causal mask, then a feed-forward layer.  [context, width]
template <BlockConfig Config, class Activation = Relu, class Scalar = float>
struct EncoderBlock {
  SelfAttention<Config.width, Config.heads, Unmasked, Scalar, true, Config.dropout> attention;
  LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> attention_norm;
  FeedForward<Config.width, Config.hidden, Activation, Scalar> feed_forward;
  LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> feed_forward_norm;

  /// `padding` is a mask over the places of x, such as KeyPadding.
  template <Leaf X, class Mask = Unmasked>
  constexpr auto operator()(X x, Mask padding = {}) const {
    const auto attend = [this, padding](auto&& y) {
      return attention(std::forward<decltype(y)>(y), NoMemory{}, padding);
    };
    return let(detail::residual<Config>(x, attention_norm, attend), [this](auto y) {
      return detail::residual<Config>(y, feed_forward_norm,
                                      [this](auto&& z) { return feed_forward(std::forward<decltype(z)>(z)); });
    });
  }
};

/// One block of a decoder: causal self-attention, attention to a source, then a feed-forward layer.
template <BlockConfig Config, class Activation = Relu, class Scalar = float>
struct DecoderBlock {
  SelfAttention<Config.width, Config.heads, Causal, Scalar, true, Config.dropout> attention;
  LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> attention_norm;
  CrossAttention<Config.width, Config.heads, Config.width, Scalar, true, Config.dropout> cross_attention;
  LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> cross_attention_norm;
  FeedForward<Config.width, Config.hidden, Activation, Scalar> feed_forward;
  LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> feed_forward_norm;

  /// `padding` is a mask over the places of the source.
  template <Leaf X, Leaf Source, class Mask = Unmasked>
  constexpr auto operator()(X x, Source source, Mask padding = {}) const {
    const auto attend = [this](auto&& y) { return attention(std::forward<decltype(y)>(y)); };
    return let(detail::residual<Config>(x, attention_norm, attend), [this, source, padding](auto y) {
      const auto attend_to_source = [this, source, padding](auto&& z) {
        return cross_attention(std::forward<decltype(z)>(z), source, padding);
      };
      return let(detail::residual<Config>(y, cross_attention_norm, attend_to_source), [this](auto z) {
        return detail::residual<Config>(z, feed_forward_norm,
                                        [this](auto&& w) { return feed_forward(std::forward<decltype(w)>(w)); });
      });
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
