// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/grouped_attention.hpp>
#include <transfix/nn/language_head.hpp>
#include <transfix/nn/mixture_of_experts.hpp>
#include <transfix/nn/norm.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of a Llama-style decoder. The defaults are those of TinyLlama 1.1B.
struct LlamaConfig {
  Index vocabulary = 32000;
  Index context = 2048;
  Index width = 2048;
  Index hidden = 5632;  ///< of the gated feed-forward layers
  Index heads = 32;
  Index key_heads = 4;
  Index layers = 22;
  Index experts = 1;         ///< more than 1: feed-forward layers are a mixture of experts (Mixtral)
  Index chosen_experts = 2;  ///< by each token
  bool tied = false;         ///< the head is the token embedding, transposed
  RotaryPairs pairs = RotaryPairs::halves;
  Index rotary_base = 10000;
  int norm_epsilon = 5;  ///< 5 is 1e-5; Llama 1 has 6
};

/// The feed-forward layer of a block: one for all tokens, or a mixture of experts.
template <LlamaConfig Config, class Scalar,
          class Expert = nn::GatedFeedForward<Config.width, Config.hidden, nn::Silu, Scalar>>
using LlamaFeedForward = std::conditional_t<
    (Config.experts > 1),
    nn::MixtureOfExperts<Expert, Config.width, Config.experts, Config.chosen_experts, GatesOver::chosen, 10, Scalar>,
    Expert>;

/// One block: x + attention(norm(x)), then y + feed_forward(norm(y)).
template <LlamaConfig Config, class Scalar>
struct LlamaBlock {
  nn::RmsNorm<Config.width, Scalar, Config.norm_epsilon> attention_norm;
  nn::GroupedAttention<Config.width, Config.heads, Config.key_heads, Causal, Scalar, false, Config.pairs,
                       Config.rotary_base>
      attention;
  nn::RmsNorm<Config.width, Scalar, Config.norm_epsilon> feed_forward_norm;
  LlamaFeedForward<Config, Scalar> feed_forward;

  template <Leaf X, class Memory = NoMemory>
  constexpr auto operator()(X x, Memory memory = {}) const {
    return let(x + attention(attention_norm(x), memory),
               [this](auto y) { return y + feed_forward(feed_forward_norm(y)); });
  }
};

/// A decoder in the form of Llama (Touvron et al. 2023): rotary positions, RMS norms, SwiGLU, grouped queries.
///   tokens [context] -> logits [context, vocabulary]
template <LlamaConfig Config, class Stored = float>
struct Llama {
  using Scalar = Computed<Stored>;
  using Input = Tokens<Config.context>;
  using Target = Tokens<Config.context>;
  static constexpr LlamaConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;
  static constexpr Index width = Config.width, layers = Config.layers;
  static constexpr Index key_width = Config.key_heads * (Config.width / Config.heads);

  nn::Embedding<vocabulary, width, Stored> token_embedding;
  nn::Repeat<LlamaBlock<Config, Stored>, layers> blocks;
  nn::RmsNorm<width, Stored, Config.norm_epsilon> norm;
  [[no_unique_address]] nn::LanguageHead<width, vocabulary, Config.tied, Stored> head;

  template <Index Length>
  constexpr auto operator()(Tokens<Length> tokens) const {
    return nn::logits(norm(blocks(token_embedding(tokens))), token_embedding, head);
  }

  /// The logits of further tokens; `memory(layer)` holds the keys and values of the tokens before them.
  template <Index Length>
  constexpr auto operator()(Tokens<Length> tokens, Index, auto memory) const {
    return nn::logits(norm(blocks(token_embedding(tokens), memory)), token_embedding, head);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
