// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <transfix/core/math.hpp>
#include <transfix/core/padded.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/columns.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/pooling.hpp>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/repeat.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::models {

/// The shape of a classifier of sentences, each word of which has several parts (text/word_parts.hpp).
struct SentenceConfig {
  Index vocabulary = 16384;  ///< of parts; a maximum, as the two that follow
  Index context = 64;        ///< words
  Index shortest = 16;       ///< compiled for shorter sentences too, halves of the context down to this; 0: no
  Index classes = 8;
  Index parts = 5;  ///< of a word
  Index width = 64;
  Index window = 5;     ///< words of a neighbourhood: 1, 3 or 5
  Index filters = 192;  ///< what is told of a neighbourhood
  Index layers = 1;     ///< blocks of an encoder; 0: the class is told from the neighbourhoods alone
  Index heads = 4;
  Index hidden = 128;
};

/// The tokens of the parts of each word, with padding on both sides, and how many words there are.
template <Index Context, Index Parts, Index Shortest = Context>
struct Sentence {
  static constexpr Index context = Context, shortest = Shortest, parts = Parts;
  static constexpr Index reach = 2;  ///< the farthest neighbour of a word
  using Word = std::array<Token, static_cast<std::size_t>(Parts)>;

  std::array<std::array<Token, static_cast<std::size_t>(Context + 2 * reach)>, static_cast<std::size_t>(Parts)> tokens =
      {};
  Index length = 0;

  /// A part of the words that stand `shift` places after each place, from -reach to reach.
  Tokens<Context> words(std::size_t part, Index shift) const { return {tokens[part].data() + reach + shift}; }

  void set(Index place, const Word& word) {
    for (std::size_t part = 0; part < word.size(); ++part)
      tokens[part][static_cast<std::size_t>(place + reach)] = word[part];
  }

  /// The same in fewer places, which must be enough.
  template <Index Length>
  constexpr Sentence<Length, Parts> cut() const {
    Sentence<Length, Parts> shorter{.length = length};
    for (std::size_t part = 0; part < tokens.size(); ++part)
      std::copy_n(tokens[part].begin(), Length + 2 * reach, shorter.tokens[part].begin());
    return shorter;
  }
};

/// Each word, the sum of the embeddings of its parts, with its neighbours. The class is told from the largest of what
/// is found in the neighbourhoods (Kim 2014), and from the mean of what blocks of an encoder make of them.
///   sentence of context words -> logits [1, classes]
template <SentenceConfig Config, class Stored = float>
struct SentenceClassifier {
  static_assert(Config.window % 2 == 1 && Config.window > 0 && Config.window <= 5,
                "SentenceConfig: .window must be 1, 3 or 5");
  using Scalar = Computed<Stored>;
  using Input = Sentence<Config.context, Config.parts, Config.shortest == 0 ? Config.context : Config.shortest>;
  using Target = Tokens<1>;
  static constexpr SentenceConfig config = Config;
  static constexpr Index vocabulary = Config.vocabulary, context = Config.context, classes = Config.classes;
  static constexpr Index width = Config.width, joined = Config.window * width;
  static constexpr bool encodes = Config.layers > 0;
  static constexpr nn::BlockConfig block{
      .width = width, .heads = Config.heads, .hidden = Config.hidden, .norms = nn::NormPlace::before, .dropout = true};

  struct Encoder {
    nn::Linear<joined, width, Stored> reduce;
    nn::Repeat<nn::EncoderBlock<block, nn::Relu, Stored>, encodes ? Config.layers : 1> blocks;
    nn::LayerNorm<width, Stored> norm;

    template <Leaf X>
    constexpr auto operator()(X neighbourhoods, Index length) const {
      auto encoded =
          blocks(dropout(relu(reduce(neighbourhoods))), [padding = KeyPadding{length}](Index) { return padding; });
      return mean_of_rows(norm(std::move(encoded)), length);
    }
  };

  nn::Embedding<vocabulary, width, Stored> embedding;
  nn::Linear<joined, Config.filters, Stored> filters;
  [[no_unique_address]] std::conditional_t<encodes, Encoder, Nothing> encoder;
  nn::Linear<Config.filters + (encodes ? width : 0), classes, Stored> head;

  template <class Form = Input>
  constexpr auto operator()(const Form& input) const {
    return let(dropout(neighbourhoods<-Config.window / 2>(input)), [this, length = input.length](auto names) {
      auto found = largest_of_rows(relu(filters(names)), length);
      if constexpr (encodes) {
        return head(dropout(join_columns(std::move(found), encoder(names, length))));
      } else {
        return head(dropout(std::move(found)));
      }
    });
  }

  // No norm follows the first layers: their numbers must have the right size from the start.
  void initialize(Random& random, InitialScale scale) {
    for_each_part(*this, Path{}, [&](const Path&, auto& part) { transfix::initialize(part, random, scale); });
    const auto fill = [&](auto& weight) {
      fill_normal(weight, random,
                  1 / math::sqrt(static_cast<double>(std::remove_cvref_t<decltype(weight)>::Shape::rows)));
    };
    fill_normal(embedding.weight, random, 0.1);
    fill(filters.weight);
    if constexpr (encodes) fill(encoder.reduce.weight);
    fill(head.weight);
  }

 private:
  // The words from `Shift` places after each place to the last of its neighbourhood, side by side.
  template <Index Shift>
  constexpr auto neighbourhoods(const auto& input) const {
    auto word = [&]<std::size_t... Part>(std::index_sequence<Part...>) {
      return (embedding(input.words(Part, Shift)) + ...);
    }
    (std::make_index_sequence<static_cast<std::size_t>(Config.parts)>());
    if constexpr (Shift == Config.window / 2) {
      return word;
    } else {
      return join_columns(std::move(word), neighbourhoods<Shift + 1>(input));
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::models
