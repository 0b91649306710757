// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/padded.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of an encoder that classifies sequences.
struct ClassifierConfig {
  Index classes = 2;
  Index context = 64;
  Index width = 128;
  Index heads = 4;
  Index hidden = 512;
  Index layers = 2;
  bool dropout = false;
  Index shortest = 0;    ///< compiled for shorter sequences too, halves of the context down to this; 0: no
  Index vocabulary = 0;  ///< of tokens
  Index features = 0;    ///< or numbers in each frame
};

/// A sequence of frames of numbers, [Context, Features] row-major, of which the first `length` count: patches of a
/// picture, readings of sensors.
template <Index Context, Index Features, class Scalar, Index Shortest = Context>
struct PaddedFrames {
  static constexpr Index context = Context, shortest = Shortest;
  const Scalar* numbers = nullptr;
  Index length = Context;

  template <Index Length>
  constexpr PaddedFrames<Length, Features, Scalar> cut() const {
    return {numbers, length};
  }
};

/// What both classifiers do with embedded places, [context, width] or [sequences, context, width]: learned positions,
/// blocks with norms before, the mean over what is no padding, logits [sequences, classes].
template <ClassifierConfig Config, class Scalar>
struct ClassifierBody {
  static_assert(nn::HeadsDivideWidth<Config.width, Config.heads>, "ClassifierConfig: heads must divide width");
  static constexpr nn::BlockConfig block{.width = Config.width,
                                         .heads = nn::HeadsDivideWidth<Config.width, Config.heads> ? Config.heads : 1,
                                         .hidden = Config.hidden,
                                         .norms = nn::NormPlace::before,
                                         .dropout = Config.dropout};

  nn::LearnedPositions<Config.context, Config.width, Scalar> positions;
  nn::Repeat<nn::EncoderBlock<block, nn::GeluTanh, Scalar>, Config.layers> blocks;
  nn::LayerNorm<Config.width, Scalar> norm;
  nn::Linear<Config.width, Config.classes, Scalar> head;

  static constexpr Index shortest = Config.shortest > 0 ? Config.shortest : Config.context;

  template <Operand X, std::size_t Sequences>
  constexpr auto operator()(X&& embedded, std::array<Index, Sequences> lengths) const {
    constexpr Index rows = ExpressionOf<X>::Shape::matrix_rows;
    auto placed = dropout<Config.dropout>(std::forward<X>(embedded) + positions.template rows<rows>());
    const KeyPaddings<Index{Sequences}> paddings{lengths};
    auto encoded = blocks(std::move(placed), [paddings](Index) { return paddings; });
    return head(mean_of_rows(norm(std::move(encoded)), lengths));
  }
};

/// Classifies sequences of tokens.
template <ClassifierConfig Config, class Stored = float>
struct TokenClassifier {
  static_assert(Config.vocabulary > 0, "TokenClassifier: give ClassifierConfig a .vocabulary");
  using Scalar = Computed<Stored>;
  using Input = PaddedTokens<Config.context, ClassifierBody<Config, Stored>::shortest>;
  using Target = Tokens<1>;
  static constexpr ClassifierConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context;

  nn::Embedding<Config.vocabulary, Config.width, Stored> embedding;
  ClassifierBody<Config, Stored> body;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return body(embedding(input.tokens), lengths_of(input));
  }
};

/// Classifies sequences of frames of numbers, in the manner of the vision Transformer (Dosovitskiy et al. 2021): an
/// affine map embeds each frame.
template <ClassifierConfig Config, class Stored = float>
struct FrameClassifier {
  static_assert(Config.features > 0, "FrameClassifier: give ClassifierConfig a number of .features");
  using Scalar = Computed<Stored>;
  using Input = PaddedFrames<Config.context, Config.features, Scalar, ClassifierBody<Config, Stored>::shortest>;
  using Target = Tokens<1>;
  static constexpr ClassifierConfig config = Config;
  static constexpr Index context = Config.context;

  nn::Linear<Config.features, Config.width, Stored> embedding;
  ClassifierBody<Config, Stored> body;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return body(embedding(constant<Shape<Form::context, Config.features>>(input.numbers)), lengths_of(input));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
