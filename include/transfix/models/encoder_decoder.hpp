// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/math.hpp>
#include <transfix/core/padded.hpp>
#include <transfix/core/together.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/sinusoid.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of an encoder-decoder. The defaults are those of the base model of Vaswani et al. 2017, with one
/// vocabulary for both languages.
struct EncoderDecoderConfig {
  Index vocabulary = 37000;
  Index source_context = 256;
  Index target_context = 256;
  Index width = 512;
  Index heads = 8;
  Index hidden = 2048;
  Index encoder_layers = 6;
  Index decoder_layers = 6;
  nn::NormPlace norms = nn::NormPlace::after;
  bool dropout = false;
  Index shortest = 0;  ///< compiled for shorter pairs too, halves of the contexts down to this; 0: no
};

/// What an encoder-decoder reads: a source with its length, and the target so far.
template <Index SourceContext, Index TargetContext>
struct SourceAndTarget {
  Tokens<SourceContext> source;
  Tokens<TargetContext> target;
  Index source_length = SourceContext;  ///< tokens after it are padding and change nothing

  constexpr KeyPadding padding() const { return {source_length}; }
};

/// The same for sequences that are worked on together.
template <Index SourceContext, Index TargetContext, Index Sequences>
struct SourcesAndTargets {
  Tokens<SourceContext, Sequences> source;
  Tokens<TargetContext, Sequences> target;
  KeyPaddings<Sequences> source_lengths;

  constexpr KeyPaddings<Sequences> padding() const { return source_lengths; }
};

/// The same with shorter forms: a pair runs in the shortest one that both of its sequences fit.
template <Index Context, Index Shortest>
struct PaddedSourceAndTarget {
  static constexpr Index context = Context, shortest = Shortest;
  Tokens<Context> source, target;
  Index source_length = Context;
  Index length = Context;  ///< of the longer one of the two

  constexpr KeyPadding padding() const { return {source_length}; }

  template <Index Length>
  constexpr SourceAndTarget<Length, Length> cut() const {
    if (source_length > length) fail("a pair of length ", length, " has a source of ", source_length, " tokens");
    return {{source.data}, {target.data}, source_length};
  }
};

/// The same for pairs that are worked on together: they run in the shortest form that all of them fit.
template <Index Context, Index Shortest, Index Sequences>
struct PaddedSourcesAndTargets {
  static constexpr Index context = Context, shortest = Shortest;
  Tokens<Context, Sequences> source, target;
  KeyPaddings<Sequences> source_lengths;
  Index length = Context;

  constexpr KeyPaddings<Sequences> padding() const { return source_lengths; }

  template <Index Length>
  constexpr SourcesAndTargets<Length, Length, Sequences> cut() const {
    return {{source.data}, {target.data}, source_lengths};
  }
};

/// The original Transformer (Vaswani et al. 2017): fixed waves for places, one table for the embeddings of both sides
/// and, transposed, for the head.
///   source [source_context], target [target_context] -> logits [target_context, vocabulary]
template <EncoderDecoderConfig Config, class Stored = float>
struct EncoderDecoder {
  static_assert(nn::HeadsDivideWidth<Config.width, Config.heads>, "EncoderDecoderConfig: heads must divide width");
  static_assert(Config.shortest == 0 || Config.source_context == Config.target_context,
                "EncoderDecoderConfig: with shorter forms both contexts are one");

  using Scalar = Computed<Stored>;
  using Input = std::conditional_t<Config.shortest == 0, SourceAndTarget<Config.source_context, Config.target_context>,
                                   PaddedSourceAndTarget<Config.source_context, Config.shortest>>;
  using Target = Tokens<Config.target_context>;
  static constexpr EncoderDecoderConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, width = Config.width;
  static constexpr nn::BlockConfig block{.width = width,
                                         .heads = nn::HeadsDivideWidth<Config.width, Config.heads> ? Config.heads : 1,
                                         .hidden = Config.hidden,
                                         .norms = Config.norms,
                                         .dropout = Config.dropout};

  nn::Embedding<vocabulary, width, Stored> embedding;
  nn::Repeat<nn::EncoderBlock<block, nn::Relu, Stored>, Config.encoder_layers> encoder;
  nn::Repeat<nn::DecoderBlock<block, nn::Relu, Stored>, Config.decoder_layers> decoder;
  // Blocks with norms before their parts leave their result without one.
  using FinalNorm = std::conditional_t<Config.norms == nn::NormPlace::before, nn::LayerNorm<width, Stored>, Nothing>;
  [[no_unique_address]] FinalNorm encoder_norm;
  [[no_unique_address]] FinalNorm decoder_norm;

  /// `input`: an Input, one of its shorter forms, or several of them together.
  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return let(encode(input.source, input.padding()), [this, input](auto source) {
      return matmul(decode(input.target, source, input.padding()), transpose(embedding.weight));
    });
  }

  template <Index Length, Index Sequences, class Mask = Unmasked>
  constexpr auto encode(Tokens<Length, Sequences> source, Mask padding = {}) const {
    return normed(encoder_norm, encoder(embed(source), [padding](Index) { return padding; }));
  }

  template <Index Length, Index Sequences, Leaf Source, class Mask = Unmasked>
  constexpr auto decode(Tokens<Length, Sequences> target, Source source, Mask padding = {}) const {
    return normed(decoder_norm,
                  repeat<Config.decoder_layers>(embed(target), [this, source, padding](Index number, auto x) {
                    return decoder.items[number](x, source, padding);
                  }));
  }

  void initialize(Random& random, InitialScale) {
    // Embeddings are multiplied by sqrt(width), so that they and the waves are of one size.
    fill_normal(embedding.weight, random, 1 / math::sqrt(static_cast<double>(width)));
    const InitialScale scale{1 / math::sqrt(static_cast<double>(width))};
    transfix::initialize(encoder, random, scale);
    transfix::initialize(decoder, random, scale);
    transfix::initialize(encoder_norm, random, scale);
    transfix::initialize(decoder_norm, random, scale);
  }

 private:
  static constexpr auto normed(const FinalNorm& norm, auto x) {
    if constexpr (Config.norms == nn::NormPlace::before) {
      return norm(std::move(x));
    } else {
      return x;
    }
  }

  template <Index Length, Index Sequences>
  constexpr auto embed(Tokens<Length, Sequences> tokens) const {
    return dropout<Config.dropout>(add_sinusoid(embedding(tokens) * math::sqrt(static_cast<double>(width))));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models

namespace transfix::inline TRANSFIX_ABI {
namespace detail {
template <Index Count>
constexpr KeyPaddings<Count> source_lengths(auto&& get) {
  KeyPaddings<Count> all{};
  for (Index number = 0; number < Count; ++number) {
    all.lengths[static_cast<std::size_t>(number)] = get(number).source_length;
  }
  return all;
}
}  // namespace detail

template <Index SourceContext, Index TargetContext, Index Count>
struct Together<models::SourceAndTarget<SourceContext, TargetContext>, Count> {
  static constexpr auto of(auto&& get) {
    return models::SourcesAndTargets<SourceContext, TargetContext, Count>{
        Together<Tokens<SourceContext>, Count>::of([&](Index number) { return get(number).source; }),
        Together<Tokens<TargetContext>, Count>::of([&](Index number) { return get(number).target; }),
        detail::source_lengths<Count>(get)};
  }
};

template <Index Context, Index Shortest, Index Count>
struct Together<models::PaddedSourceAndTarget<Context, Shortest>, Count> {
  static constexpr auto of(auto&& get) {
    Index longest = 0;
    for (Index number = 0; number < Count; ++number) longest = std::max(longest, get(number).length);
    return models::PaddedSourcesAndTargets<Context, Shortest, Count>{
        Together<Tokens<Context>, Count>::of([&](Index number) { return get(number).source; }),
        Together<Tokens<Context>, Count>::of([&](Index number) { return get(number).target; }),
        detail::source_lengths<Count>(get), longest};
  }
};
}  // namespace transfix::inline TRANSFIX_ABI
