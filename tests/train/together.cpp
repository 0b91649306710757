// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/together.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/classifier.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>

#include "silent.hpp"

using namespace transfix;

namespace {
const auto tokens = support::pattern(300, 7);

template <class Model, class Execution>
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Execution>;

/// The losses of some steps, and of an evaluation.
template <class Model, class Execution>
std::vector<double> losses(const auto& data, float dropout = 0) {
  Training<Model, Execution> trainer({}, {.steps = 10, .batch = 11, .dropout = dropout});
  std::vector<double> all;
  for (Index step = 0; step < 10; ++step) all.push_back(trainer.step(data));
  all.push_back(trainer.evaluate(data));
  return all;
}

/// Sources of different lengths.
template <class Model>
struct Pairs {
  struct Example {
    typename Model::Input input;
    typename Model::Target target;
  };
  static Index size() { return 40; }
  Example example(Index number) const {
    const Token* start = tokens.data() + number;
    return {{{start}, {start + 9}, 1 + number % 8}, {start + 10}};
  }
};
/// Sources and targets of different lengths; what lies behind them counts for nothing.
template <class Model>
struct PaddedPairs {
  using Example = typename Pairs<Model>::Example;
  std::vector<std::array<Token, 8>> targets = std::vector<std::array<Token, 8>>(40);
  PaddedPairs() {
    for (std::size_t number = 0; number < 40; ++number) {
      for (std::size_t place = 0; place < 8; ++place) {
        targets[number][place] = place < 1 + number % 5 ? tokens[number + place + 10] : -1;
      }
    }
  }
  static Index size() { return 40; }
  Example example(Index number) const {
    const Token* start = tokens.data() + number;
    const Index source_length = 1 + number % 8, target_length = 1 + number % 5;
    return {{{start}, {start + 9}, source_length, std::max(source_length, target_length)},
            {targets[static_cast<std::size_t>(number)].data()}};
  }
};
/// Texts of different lengths, one class each.
template <class Model>
struct Texts {
  using Example = typename Pairs<Model>::Example;
  static Index size() { return 40; }
  Example example(Index number) const {
    return {{{tokens.data() + number}, 1 + number % 12}, {tokens.data() + number}};
  }
};
}  // namespace

TEST_CASE("together: the losses of sequences one by one, also where a batch has a rest") {
  using Model = models::Gpt<
      models::GptConfig{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2, .dropout = true}, double>;
  const auto windows = data::next_token_windows<12>(tokens);
  const auto alone = losses<Model, Threads<1, 2>>(windows);
  CHECK(support::largest_difference(losses<Model, Threads<1, 2, 4>>(windows).data(), alone) < 1e-12);

  const auto dropped = losses<Model, Threads<1, 2, 4>>(windows, 0.3f);
  CHECK(dropped != alone);
  CHECK(dropped == losses<Model, Threads<2, 2, 4>>(windows, 0.3f));  // the same bits on two threads
}

TEST_CASE("together: an encoder-decoder whose sources have different lengths") {
  using Model = models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 8,
                                                                    .source_context = 8,
                                                                    .target_context = 6,
                                                                    .width = 16,
                                                                    .heads = 2,
                                                                    .hidden = 24,
                                                                    .encoder_layers = 2,
                                                                    .decoder_layers = 1},
                                       double>;
  const auto alone = losses<Model, Threads<1, 2>>(Pairs<Model>());
  CHECK(support::largest_difference(losses<Model, Threads<1, 2, 3>>(Pairs<Model>()).data(), alone) < 1e-12);
}

TEST_CASE("together: pairs of different lengths, in the shortest form that all of a group fit") {
  using Model = models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 8,
                                                                    .source_context = 8,
                                                                    .target_context = 8,
                                                                    .width = 16,
                                                                    .heads = 2,
                                                                    .hidden = 24,
                                                                    .encoder_layers = 1,
                                                                    .decoder_layers = 1,
                                                                    .shortest = 2},
                                       double>;
  const auto alone = losses<Model, Threads<1, 2>>(PaddedPairs<Model>());
  CHECK(support::largest_difference(losses<Model, Threads<1, 2, 3>>(PaddedPairs<Model>()).data(), alone) < 1e-12);
}

TEST_CASE("together: texts of different lengths that are classified, also in shorter forms") {
  constexpr models::ClassifierConfig config{
      .classes = 8, .context = 12, .width = 16, .heads = 2, .hidden = 24, .layers = 2, .shortest = 3, .vocabulary = 8};
  using Model = models::TokenClassifier<config, double>;
  const auto alone = losses<Model, Threads<1, 2>>(Texts<Model>());
  CHECK(support::largest_difference(losses<Model, Threads<1, 2, 3>>(Texts<Model>()).data(), alone) < 1e-12);
}
