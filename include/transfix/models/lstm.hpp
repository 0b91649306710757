// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/dropout.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/recurrent.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of a language model of stacked LSTMs.
struct LstmConfig {
  Index vocabulary = 65;
  Index context = 64;
  Index width = 128;
  Index layers = 2;
  bool dropout = false;
};

/// The recurrent counterpart of Gpt: embedding, stacked LSTMs, head.  tokens [context] -> logits [context, vocabulary]
template <LstmConfig Config, class Stored = float>
struct LstmLanguageModel {
  using Scalar = Computed<Stored>;
  using Input = Tokens<Config.context>;
  using Target = Tokens<Config.context>;
  static constexpr LstmConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context, width = Config.width;

  nn::Embedding<vocabulary, width, Stored> token_embedding;
  nn::Repeat<nn::Lstm<width, width, Stored>, Config.layers> layers;
  nn::Linear<width, vocabulary, Stored, false> head;

  template <Index Length>
  constexpr auto operator()(Tokens<Length> tokens) const {
    auto embedded = dropout<Config.dropout>(token_embedding(tokens));
    return head(dropout<Config.dropout>(layers(std::move(embedded))));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
