// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/padded.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/results.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of a BERT. The defaults are those of BERT-base, uncased (Devlin et al. 2019).
struct BertConfig {
  Index vocabulary = 30522;
  Index context = 512;
  Index segments = 2;  ///< 0: no segment embedding (DistilBERT)
  Index width = 768;
  Index heads = 12;
  Index hidden = 3072;
  Index layers = 12;
  bool dropout = false;
  int norm_epsilon = 12;  ///< 12 is 1e-12; RoBERTa has 5
  Index shortest = 0;     ///< compiled for shorter sequences too, halves of the context down to this; 0: no
};

/// What an encoder reads: tokens, the segment of each, and how many of them are no padding. See core/padded.hpp.
template <Index Context, Index Shortest = Context>
struct TokensAndSegments {
  static constexpr Index context = Context, shortest = Shortest;
  Tokens<Context> tokens;
  Tokens<Context> segments;  ///< may be left out where the model has no segments
  Index length = Context;    ///< tokens after it are padding and change nothing

  template <Index Length>
  constexpr TokensAndSegments<Length> cut() const {
    return {{tokens.data}, {segments.data}, length};
  }
};

/// The encoder of BERT: tokens [context] -> a vector for each, [context, width].
template <BertConfig Config, class Scalar = float>
struct BertEncoder {
  static_assert(nn::HeadsDivideWidth<Config.width, Config.heads>, "BertConfig: heads must divide width");
  static constexpr bool has_segments = Config.segments > 0;
  static constexpr nn::BlockConfig block{.width = Config.width,
                                         .heads = nn::HeadsDivideWidth<Config.width, Config.heads> ? Config.heads : 1,
                                         .hidden = Config.hidden,
                                         .dropout = Config.dropout,
                                         .norm_epsilon = Config.norm_epsilon};

  nn::Embedding<Config.vocabulary, Config.width, Scalar> token_embedding;
  nn::LearnedPositions<Config.context, Config.width, Scalar> position_embedding;
  [[no_unique_address]] std::conditional_t<
      has_segments, nn::Embedding<has_segments ? Config.segments : 1, Config.width, Scalar>, Nothing>
      segment_embedding;
  nn::LayerNorm<Config.width, Scalar, true, Config.norm_epsilon> embedding_norm;
  nn::Repeat<nn::EncoderBlock<block, nn::Gelu, Scalar>, Config.layers> blocks;

  template <Index Length, Index Shortest>
  constexpr auto operator()(const TokensAndSegments<Length, Shortest>& input) const {
    const KeyPadding padding{input.length};
    return blocks(dropout<Config.dropout>(embedding_norm(embed(input))), [padding](Index) { return padding; });
  }

 private:
  template <Index Length, Index Shortest>
  constexpr auto embed(const TokensAndSegments<Length, Shortest>& input) const {
    auto placed = token_embedding(input.tokens) + position_embedding.template rows<Length>();
    if constexpr (has_segments) {
      return std::move(placed) + segment_embedding(input.segments);
    } else {
      return placed;
    }
  }
};

/// BERT with its pooler: tanh of an affine map of the first token's vector, [1, width].
template <BertConfig Config, class Scalar = float>
struct BertWithPooler {
  BertEncoder<Config, Scalar> encoder;
  nn::Linear<Config.width, Config.width, Scalar> pooler;

  template <Index Length, Index Shortest>
  constexpr auto operator()(const TokensAndSegments<Length, Shortest>& input) const {
    return let(encoder(input), [this](auto vectors) { return this->pool(vectors); });
  }
  constexpr auto pool(Leaf auto vectors) const {
    return tanh(pooler(vectors.template seen_as<Shape<1, Config.width>>()));
  }
};

/// A class for the whole sequence, from the pooled vector: logits [1, Classes]. The head is new and so always trained,
/// also on a frozen or adapted BERT.
template <BertConfig Config, Index Classes, class Stored = float>
struct BertClassifier {
  using Scalar = Computed<Stored>;
  using Input = TokensAndSegments<Config.context, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Tokens<1>;
  static constexpr BertConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  BertWithPooler<Config, Stored> bert;
  nn::Linear<Config.width, Classes, Scalar> head;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return head(dropout<Config.dropout>(bert(input)));
  }
};

/// A class for each token: logits [context, Classes], from a head that is always trained.
template <BertConfig Config, Index Classes, class Stored = float>
struct BertTagger {
  using Scalar = Computed<Stored>;
  using Input = TokensAndSegments<Config.context, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Tokens<Config.context>;
  static constexpr BertConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  BertEncoder<Config, Stored> encoder;
  nn::Linear<Config.width, Classes, Scalar> head;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return head(dropout<Config.dropout>(encoder(input)));
  }
};

/// The masked-language-model head: which token stands at each place, logits [context, vocabulary] from vectors.
template <BertConfig Config, class Stored>
struct BertWordHead {
  nn::Linear<Config.width, Config.width, Stored> transform;
  nn::LayerNorm<Config.width, Stored, true, Config.norm_epsilon> norm;
  Parameter<Shape<Config.vocabulary>, Stored> bias;

  template <Operand X>
  constexpr auto operator()(X&& vectors, const BertEncoder<Config, Stored>& encoder) const {
    return matmul(norm(gelu(transform(std::forward<X>(vectors)))), transpose(encoder.token_embedding.weight)) + bias;
  }
};

/// BERT that tells which token stands at each place: logits [context, vocabulary].
template <BertConfig Config, class Stored = float>
struct BertMaskedLanguageModel {
  using Scalar = Computed<Stored>;
  using Input = TokensAndSegments<Config.context, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Tokens<Config.context>;
  static constexpr BertConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  BertEncoder<Config, Stored> encoder;
  BertWordHead<Config, Stored> words;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return words(encoder(input), encoder);
  }
};

/// BERT as it is pretrained: the hidden tokens, logits [context, vocabulary], and whether the second sentence follows
/// the first, logits [1, 2]. Its loss is loss::Sum<loss::CrossEntropy, loss::CrossEntropy>.
template <BertConfig Config, class Stored = float>
struct BertPretraining {
  using Scalar = Computed<Stored>;
  using Input = TokensAndSegments<Config.context, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Pair<Tokens<Config.context>, Tokens<1>>;
  static constexpr BertConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  BertWithPooler<Config, Stored> bert;
  BertWordHead<Config, Stored> words;
  nn::Linear<Config.width, 2, Stored> follows;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return let_results(bert.encoder(input), [this](auto vectors) {
      return results(words(vectors, bert.encoder), follows(bert.pool(vectors)));
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
