// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/generate/beam_search.hpp>
#include <transfix/generate/generator.hpp>
#include <transfix/generate/translator.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/nn/initialize.hpp>
#include <transfix/testing.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
/// A writer whose logits are a function of all that it has read.
struct Scripted {
  static constexpr Index vocabulary = 4;
  std::vector<Token> seen = {};
  double logits[4] = {};
  const double* read(Token token) {
    seen.push_back(token);
    std::uint64_t key = 17;
    for (const Token t : seen) key = key * 31 + static_cast<std::uint64_t>(t);
    Random random(key);
    for (double& logit : logits) logit = random.normal();
    return logits;
  }
};

/// The best of all sequences up to a length, by trying each.
void try_all(const std::vector<Token>& tokens, double log_probability, const BeamSettings& settings, BeamResult& best) {
  Scripted writer;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) writer.read(tokens[i]);
  const auto next = detail::log_probabilities(writer.read(tokens.back()), 4);
  const auto offer = [&](double sum, std::size_t length, std::vector<Token> found) {
    const double score = sum / std::pow((5.0 + static_cast<double>(length)) / 6.0, settings.length_penalty);
    if (best.tokens.empty() || score > best.score) best = {std::move(found), score};
  };
  for (Token token = 0; token < 4; ++token) {
    const double sum = log_probability + next[static_cast<std::size_t>(token)];
    auto longer = tokens;
    if (token == settings.end) {
      offer(sum, tokens.size(), {tokens.begin() + 1, tokens.end()});
      continue;
    }
    longer.push_back(token);
    if (std::ssize(longer) - 1 == settings.longest) {
      offer(sum, longer.size(), {longer.begin() + 1, longer.end()});
    } else {
      try_all(longer, sum, settings, best);
    }
  }
}
}  // namespace

TEST_CASE("beam search: with room for every sequence it finds the best of all") {
  for (const double penalty : {0.0, 1.0}) {
    BeamSettings settings{.beams = 4, .longest = 3, .length_penalty = penalty, .end = 3};
    BeamResult best;
    try_all({1}, 0, settings, best);
    // 4 beams do not hold every sequence of 3 tokens; the widest allowed here does for 2.
    settings.longest = 2;
    best = {};
    try_all({1}, 0, settings, best);
    const auto found = beam_search(Scripted{}, 1, settings);
    CHECK(found.front().score == doctest::Approx(best.score));
    CHECK(found.front().tokens == best.tokens);
    CHECK(std::is_sorted(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.score > b.score; }));
  }
}

TEST_CASE("beam search: one beam is the greedy choice of a generator") {
  using Model = models::Gpt<models::GptConfig{.vocabulary = 13, .context = 12, .width = 16, .heads = 2, .layers = 1}>;
  const auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random, {.deviation = 0.5});
  const auto generator = std::make_unique<Generator<Model>>(*model);
  generator->read(5);
  const auto found = beam_search(*generator, 7, {.beams = 1, .longest = 8, .end = 0});
  Token token = 7;
  for (const Token expected : found.front().tokens) {
    token = generator->step(token, {.temperature = 0});
    CHECK(token == expected);
  }
  CHECK(support::contains(support::message_of([&] { beam_search(*generator, 7, {.beams = 0}); }), ".beams = 0"));
}

TEST_CASE("translator: its logits are those of the whole model, whatever comes later") {
  using Model = models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 11,
                                                                    .source_context = 6,
                                                                    .target_context = 5,
                                                                    .width = 8,
                                                                    .heads = 2,
                                                                    .hidden = 12,
                                                                    .encoder_layers = 1,
                                                                    .decoder_layers = 2}>;
  const auto model = std::make_unique<Model>();
  Random random(2);
  initialize(*model, random);
  const Token source[] = {4, 2, 9, 1, 0, 0}, target[] = {1, 5, 3, 8, 2};
  const Model::Input input{{source}, {target}, 4};
  testing::Pass pass([&] { return std::as_const(*model)(input); });
  const float* const expected = pass.forward();
  Translator<Model> translator(*model, std::span(source).first(4));
  for (Index place = 0; place < 5; ++place) {
    const float* const logits = translator.read(target[place]);
    for (Index i = 0; i < 11; ++i) CHECK(logits[i] == doctest::Approx(expected[place * 11 + i]).epsilon(1e-4));
  }
  CHECK(support::contains(support::message_of([&] { translator.read(1); }), ".target_context = 5"));
  const std::vector<Token> long_source(7);
  CHECK(support::contains(support::message_of([&] { Translator<Model>(*model, long_source); }), "source of 7 tokens"));
}
