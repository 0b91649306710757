// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/nn/attention.hpp>
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/language_head.hpp>
#include <transfix/nn/norm.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of a GPT. The defaults are those of GPT-2 small (Radford et al. 2019).
struct GptConfig {
  Index vocabulary = 50257;
  Index context = 1024;
  Index width = 768;
  Index heads = 12;
  Index layers = 12;
  bool bias = true;      ///< biases in linear maps and norms
  bool tied = true;      ///< the head is the token embedding, transposed
  bool dropout = false;  ///< dropout after embeddings, attention and feed-forward; the rate is given in training
};

/// One block of a GPT: x + attention(norm(x)), then y + feed_forward(norm(y)).
template <GptConfig Config, class Scalar>
struct GptBlock {
  static constexpr Index heads = nn::HeadsDivideWidth<Config.width, Config.heads> ? Config.heads : 1;  // Gpt complains

  nn::LayerNorm<Config.width, Scalar, Config.bias> attention_norm;
  nn::SelfAttention<Config.width, heads, Causal, Scalar, Config.bias, Config.dropout> attention;
  nn::LayerNorm<Config.width, Scalar, Config.bias> feed_forward_norm;
  nn::FeedForward<Config.width, 4 * Config.width, nn::GeluTanh, Scalar, Config.bias> feed_forward;

  template <Leaf X, class Memory = NoMemory>
  constexpr auto operator()(X x, Memory memory = {}) const {
    return let(x + dropout<Config.dropout>(attention(attention_norm(x), memory)),
               [this](auto y) { return y + dropout<Config.dropout>(feed_forward(feed_forward_norm(y))); });
  }

  // The maps that end in the residual stream start smaller, by the number of their sums (GPT-2).
  void initialize(Random& random, InitialScale scale) {
    constexpr double sums = 2.0 * static_cast<double>(Config.layers);
    const InitialScale residual{scale.deviation / math::sqrt(sums)};
    transfix::initialize(attention_norm, random, scale);
    transfix::initialize(attention.query_key_value, random, scale);
    transfix::initialize(attention.projection, random, residual);
    transfix::initialize(feed_forward_norm, random, scale);
    transfix::initialize(feed_forward.up, random, scale);
    transfix::initialize(feed_forward.down, random, residual);
  }
};

/// A decoder that predicts the next token, in GPT-2's form: learned positions, norms before each part.
///   tokens [context] -> logits [context, vocabulary]
template <GptConfig Config, class Stored = float>
struct Gpt {
  static_assert(nn::HeadsDivideWidth<Config.width, Config.heads>, "GptConfig: heads must divide width");

  using Scalar = Computed<Stored>;
  using Input = Tokens<Config.context>;
  using Target = Tokens<Config.context>;
  static constexpr GptConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;
  static constexpr Index width = Config.width, layers = Config.layers;

  nn::Embedding<vocabulary, width, Stored> token_embedding;
  nn::LearnedPositions<context, width, Stored> position_embedding;
  nn::Repeat<GptBlock<Config, Stored>, layers> blocks;
  nn::LayerNorm<width, Stored, Config.bias> norm;
  [[no_unique_address]] nn::LanguageHead<width, vocabulary, Config.tied, Stored> head;

  template <Index Length, Index Sequences>
  constexpr auto operator()(Tokens<Length, Sequences> tokens) const {
    return nn::logits(norm(blocks(embed(tokens, 0))), token_embedding, head);
  }

  /// The logits of further tokens; `memory(layer)` holds the keys and values of the `position` tokens before them.
  template <Index Length>
  constexpr auto operator()(Tokens<Length> tokens, Index position, auto memory) const {
    return nn::logits(norm(blocks(embed(tokens, position), memory)), token_embedding, head);
  }

 private:
  template <Index Length, Index Sequences>
  constexpr auto embed(Tokens<Length, Sequences> tokens, Index position) const {
    return dropout<Config.dropout>(token_embedding(tokens) + position_embedding.template rows<Length>(position));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
