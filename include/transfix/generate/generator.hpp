// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/generate/key_value_cache.hpp>
#include <transfix/generate/sampling.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Writes with a model, token by token. It holds its key-value cache and all other memory, and a step
/// allocates nothing; put it in static memory or on the heap, not on the stack.
///
/// When the model's context is full, the later half of it is read again and writing goes on from there. With a
/// `Window`, each layer sees the last `Window` tokens instead, for as long as one likes, and nothing is read again
/// (Beltagy et al. 2020; Jiang et al. 2023): for models whose positions are relative, such as Llama.
template <class Model, Index Window = 0>
class Generator {
  static constexpr bool slides = Window > 0;
  static_assert(
      !slides || !requires(const Model& model) { model.position_embedding; },
      "Generator<Model, Window>: the model has learned positions, which end; leave out the window");

 public:
  using Scalar = typename Model::Scalar;
  static constexpr Index vocabulary = Model::vocabulary, context = Model::context;

  explicit Generator(const Model& model, std::uint64_t seed = 0) : model_(&model), random_(seed) {}

  /// Reads one token and returns the logits of the next one, `vocabulary` numbers.
  const Scalar* read(Token token) {
    if (token < 0 || token >= vocabulary) {
      fail("token ", token, " does not fit the model's vocabulary of ", vocabulary);
    }
    if (!slides && position_ == context) {
      const Index kept = context / 2;
      std::copy(tokens_ + context - kept, tokens_ + context, tokens_);
      position_ = 0;
      for (Index i = 0; i < kept; ++i) forward(tokens_[i]);
    }
    return forward(token);
  }

  /// Reads one token and chooses the next.
  Token step(Token token, const Sampling& sampling = {}) {
    const Scalar* const logits = read(token);
    return sampler_.choose(logits, sampling, random_, {tokens_, static_cast<std::size_t>(std::min(position_, room))});
  }

  /// Forgets all tokens.
  void restart() { position_ = 0; }

  /// Forgets the tokens after the first `position`.
  void rewind(Index position) requires(!slides) {
    if (position < 0 || position > position_) {
      fail("a generator that has read ", position_, " tokens cannot go back to ", position);
    }
    position_ = position;
  }

  Index position() const { return position_; }

 private:
  const Model* model_;
  Random random_;
  Index position_ = 0;
  static constexpr Index room = slides ? Window : context;
  using Cache = KeyValueCache<Model, room>;
  Token tokens_[static_cast<std::size_t>(room)] = {};
  Cache cache_ = {};

  auto next(Tokens<1> token) { return store((*model_)(token, position_, cache_.at(position_))); }
  using Logits =
      decltype(store(std::declval<const Model&>()(Tokens<1>{}, Index{}, std::declval<Cache&>().at(Index{}))));

  const Scalar* forward(Token token) {
    Token& place = tokens_[position_ % room];
    place = token;
    Context pass;
    pass.workspace = workspace_;
    const auto logits = next(Tokens<1>{&place});
    logits.forward(tape_, pass);
    ++position_;
    return logits.value(tape_);
  }

  typename Logits::Tape tape_;
  alignas(parameter_alignment) std::byte
      workspace_[static_cast<std::size_t>(std::max(Logits::forward_bytes, Index{1}))];
  Sampler<vocabulary, Scalar> sampler_;
};

}  // namespace transfix::inline TRANSFIX_ABI
