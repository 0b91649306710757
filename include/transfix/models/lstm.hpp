// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/padded.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/pooling.hpp>
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

/// The shape of a recurrent classifier of sequences.
struct RecurrentClassifierConfig {
  Index classes = 2;
  Index vocabulary = 10000;
  Index context = 64;
  Index width = 128;  ///< of embeddings and of each layer's result; half of it in each direction
  Index layers = 1;
  bool dropout = false;
  Index shortest = 0;  ///< compiled for shorter sequences too, halves of the context down to this; 0: no
};

/// The recurrent counterpart of TokenClassifier: embedding, stacked bidirectional layers, the mean over what is no
/// padding, logits [1, classes]. `Cell` is nn::Lstm or nn::Gru.
template <RecurrentClassifierConfig Config, template <Index, Index, class> class Cell = nn::Lstm, class Stored = float>
struct RecurrentClassifier {
  static_assert(Config.width % 2 == 0,
                "RecurrentClassifierConfig: each direction has half of the width, which must be even");
  using Scalar = Computed<Stored>;
  using Input = PaddedTokens<Config.context, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Tokens<1>;
  static constexpr RecurrentClassifierConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  nn::Embedding<Config.vocabulary, Config.width, Stored> embedding;
  nn::Repeat<nn::Bidirectional<Cell<Config.width, Config.width / 2, Stored>>, Config.layers> layers;
  nn::Linear<Config.width, Config.classes, Stored> head;

  template <class Form = Input>
  requires(!requires(const Form& several) { several.lengths; })  // one sequence at a time
      constexpr auto
      operator()(const Form& input) const {
    auto embedded = dropout<Config.dropout>(embedding(input.tokens));
    auto read = layers(std::move(embedded), [length = input.length](Index) { return length; });
    return head(dropout<Config.dropout>(mean_of_rows(std::move(read), input.length)));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
