// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/generate/generate.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// Reads `Length` tokens of a text in one pass over a decoder and its key-value cache.
template <class Model, Index Length>
class BlockReader {
 public:
  using Scalar = typename Model::Scalar;
  static_assert(Length <= Model::context, "speculative generation: Ahead must be less than the model's context");

  explicit BlockReader(const Model& model) : model_(&model) {}

  /// The logits after the token at `position` and those that follow it, [rows, vocabulary], as far as the text and the
  /// block go. What stands before must have been read.
  const Scalar* read(std::span<const Token> text, Index position) {
    const Index start = std::min(position, Model::context - Length);  // the last block reads some tokens again
    const auto rest = text.subspan(static_cast<std::size_t>(start));
    tokens_.fill(0);  // what comes after the text is written over by the next block
    std::copy_n(rest.begin(), std::min(rest.size(), tokens_.size()), tokens_.begin());
    Context pass;
    pass.workspace = workspace_;
    const auto logits = store((*model_)(Tokens<Length>{tokens_.data()}, start, cache_.at(start)));
    logits.forward(tape_, pass);
    return logits.value(tape_) + (position - start) * Model::vocabulary;
  }

 private:
  using Cache = KeyValueCache<Model>;
  const Model* model_;
  std::array<Token, static_cast<std::size_t>(Length)> tokens_ = {};
  Cache cache_ = {};

  using Logits =
      decltype(store(std::declval<const Model&>()(Tokens<Length>{}, Index{}, std::declval<Cache&>().at(Index{}))));
  typename Logits::Tape tape_;
  alignas(parameter_alignment) std::byte
      workspace_[static_cast<std::size_t>(std::max(Logits::forward_bytes, Index{1}))];
};

/// A token by its weight.
inline Token draw(std::span<const double> weights, Random& random) {
  double left = 0;
  for (const double weight : weights) left += weight;
  left *= random.uniform();
  Token last = 0;
  for (std::size_t token = 0; token < weights.size(); ++token) {
    if (weights[token] <= 0) continue;
    last = static_cast<Token>(token);
    if ((left -= weights[token]) < 0) break;
  }
  return last;
}
}  // namespace detail

/// What generate_speculatively gives.
struct SpeculativeText {
  std::vector<Token> tokens;  ///< with the prompt
  Index passes = 0;           ///< of the large model after the prompt: the fewer, the better the small one guessed
};

/// What generate() writes with the large model, in fewer passes of it (Leviathan et al. 2023): a small model with the
/// same vocabulary guesses `Ahead` tokens, the large one judges them all in one pass, and the first that it would not
/// have chosen is chosen anew. At temperature 0 the text is that of the large model alone; otherwise it has the same
/// distribution. The prompt and all that is written must fit the contexts of both models.
template <Index Ahead = 4, class Large, class Small, class Show>
SpeculativeText generate_speculatively(const Large& large, const Small& small, std::span<const Token> prompt,
                                       const GenerationSettings& settings, Show&& show) {
  static_assert(Large::vocabulary == Small::vocabulary,
                "generate_speculatively: the models must have the same vocabulary");
  constexpr Index vocabulary = Large::vocabulary, context = std::min(Large::context, Small::context);
  const Index start = std::ssize(prompt), end = start + settings.tokens;
  detail::check_request(prompt, settings);
  if (end > context) {
    fail("generate_speculatively: the prompt of ", start, " tokens and .tokens = ", settings.tokens,
         " exceed the context of ", context, "; ask for fewer, or use generate");
  }
  for (const Token token : prompt) {
    if (token < 0 || token >= vocabulary) fail("token ", token, " does not fit the models' vocabulary of ", vocabulary);
  }
  const auto judge = std::make_unique<detail::BlockReader<Large, Ahead + 1>>(large);
  const auto guesser = std::make_unique<Generator<Small>>(small);
  const auto large_sampler = std::make_unique<Sampler<vocabulary, typename Large::Scalar>>();
  const auto small_sampler = std::make_unique<Sampler<vocabulary, typename Small::Scalar>>();
  const Sampling sampling = settings.sampling();
  Random random(settings.seed);
  std::vector<std::vector<double>> guessed(static_cast<std::size_t>(Ahead));  // probabilities of the small model
  SpeculativeText result{{prompt.begin(), prompt.end()}, 0};
  auto& text = result.tokens;
  for (Index read = 0; read < start - 1; read += Ahead + 1) judge->read(text, read);

  while (std::ssize(text) < end) {
    const Index known = std::ssize(text), count = std::min(Ahead, end - known - 1);
    guesser->rewind(std::min(guesser->position(), known - 1));
    while (guesser->position() < known - 1) guesser->read(text[static_cast<std::size_t>(guesser->position())]);
    for (Index i = 0; i < count; ++i) {
      const auto* const chances = small_sampler->distribution(guesser->read(text.back()), sampling, text);
      auto& row = guessed[static_cast<std::size_t>(i)];
      row.assign(chances, chances + vocabulary);
      text.push_back(detail::draw(row, random));
    }
    const auto* const logits = judge->read(text, known - 1);
    ++result.passes;
    for (Index i = 0;; ++i) {
      const auto place = static_cast<std::size_t>(known + i);
      const auto* const chances =
          large_sampler->distribution(logits + i * vocabulary, sampling, std::span(text).first(place));
      std::vector<double> wanted(chances, chances + vocabulary);
      if (i < count) {
        const auto& offered = guessed[static_cast<std::size_t>(i)];
        const auto guess = static_cast<std::size_t>(text[place]);
        if (random.uniform() * offered[guess] < wanted[guess]) continue;
        for (std::size_t token = 0; token < wanted.size(); ++token) {
          wanted[token] = std::max(wanted[token] - offered[token], 0.0);
        }
        text.resize(place);
      }
      text.push_back(detail::draw(wanted, random));
      break;
    }
    for (Index place = known; place < std::ssize(text); ++place) {
      const auto written = std::span(text).subspan(prompt.size(), static_cast<std::size_t>(place + 1 - start));
      if (const auto stop = detail::length_of_stop(written, settings.stops)) {
        text.resize(static_cast<std::size_t>(place + 1) - stop);
        return result;
      }
      show(text[static_cast<std::size_t>(place)]);
    }
  }
  return result;
}

template <Index Ahead = 4, class Large, class Small>
SpeculativeText generate_speculatively(const Large& large, const Small& small, std::span<const Token> prompt,
                                       const GenerationSettings& settings = {}) {
  return generate_speculatively<Ahead>(large, small, prompt, settings, [](Token) {});
}

}  // namespace transfix::inline TRANSFIX_ABI
