// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/generate/speculative.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/models/llama.hpp>

using namespace transfix;

namespace {
using Large = models::Gpt<
    models::GptConfig{.vocabulary = 5, .context = 24, .width = 16, .heads = 2, .layers = 2, .dropout = true}, double>;
using Small =
    models::Llama<models::LlamaConfig{
                      .vocabulary = 5, .context = 32, .width = 8, .hidden = 8, .heads = 2, .key_heads = 1, .layers = 1},
                  double>;

template <class Model>
std::unique_ptr<Model> model(std::uint64_t seed, double deviation) {
  auto result = std::make_unique<Model>();
  Random random(seed);
  for_each_parameter(*result, [&](const Path&, auto& parameter) { fill_normal(parameter, random, deviation); });
  return result;
}
const std::vector<Token> prompt{3, 1, 4, 0, 2, 2, 1};
}  // namespace

TEST_CASE("speculative: the likeliest text is that of the large model alone, up to its last position") {
  const auto small = model<Small>(1, 0.3);
  for (std::uint64_t seed = 2; seed < 8; ++seed) {
    const auto large = model<Large>(seed, 0.4);
    for (const std::size_t length : {1u, 7u}) {
      const auto start = std::span(prompt).first(length);
      const Index most = Large::context - static_cast<Index>(length);
      for (const Index count : {Index{0}, Index{1}, most}) {
        const GenerationSettings settings{.tokens = count, .temperature = 0, .repetition_penalty = 1.1};
        std::vector<Token> shown;
        const auto alone = generate(*large, start, settings);
        const auto found =
            generate_speculatively(*large, *small, start, settings, [&](Token t) { shown.push_back(t); });
        CHECK(found.tokens == alone);
        CHECK(shown == std::vector<Token>(alone.begin() + std::ssize(start), alone.end()));
        CHECK(generate_speculatively<2>(*small, *large, start, settings).tokens == generate(*small, start, settings));
      }
    }
  }
}

TEST_CASE("speculative: a small model that is right saves passes") {
  const auto large = model<Large>(2, 0.4);
  const auto found = generate_speculatively<4>(*large, *large, std::vector<Token>{1}, {.tokens = 20, .seed = 1});
  CHECK(found.tokens.size() == 21);
  CHECK(found.passes == 4);  // five tokens in each
}

TEST_CASE("speculative: what is drawn has the distribution of the large model") {
  const auto large = model<Large>(2, 0.4);
  const auto small = model<Small>(1, 0.5);
  const Sampling sampling{.temperature = 0.9, .top_k = 4};
  const auto generator = std::make_unique<Generator<Large>>(*large);
  Sampler<5, double> sampler;
  const auto chances = [&](std::span<const Token> text) {
    generator->restart();
    const double* logits = nullptr;
    for (const Token token : text) logits = generator->read(token);
    const double* const found = sampler.distribution(logits, sampling);
    return std::vector<double>(found, found + 5);
  };
  constexpr int draws = 10'000;
  int counts[5][5] = {};
  const std::vector<Token> start{3};
  for (int seed = 0; seed < draws; ++seed) {
    const auto found = generate_speculatively<1>(
        *large, *small, start, {.tokens = 2, .temperature = 0.9, .top_k = 4, .seed = static_cast<std::uint64_t>(seed)});
    ++counts[found.tokens[1]][found.tokens[2]];
  }
  const auto first = chances(start);
  for (Token a = 0; a < 5; ++a) {
    const auto second = chances(std::vector<Token>{3, a});
    for (Token b = 0; b < 5; ++b) {
      const double p = first[static_cast<std::size_t>(a)] * second[static_cast<std::size_t>(b)];
      CAPTURE(p);
      CHECK(std::abs(counts[a][b] - p * draws) <= 4.5 * std::sqrt(p * (1 - p) * draws));
    }
  }
}

TEST_CASE("speculative: stops, and what does not fit is an error") {
  const auto large = model<Large>(2, 0.4);
  const auto small = model<Small>(1, 0.3);
  const auto whole = generate(*large, prompt, {.tokens = 12, .temperature = 0});
  const std::vector<Token> stop(whole.begin() + 10, whole.begin() + 12);
  const GenerationSettings settings{.tokens = 12, .temperature = 0, .stops = {stop}};
  CHECK(generate_speculatively(*large, *small, prompt, settings).tokens == generate(*large, prompt, settings));
  CHECK_THROWS_WITH_AS(generate_speculatively(*large, *small, prompt, {.tokens = 18}),
                       "generate_speculatively: the prompt of 7 tokens and .tokens = 18 exceed the context of 24; ask "
                       "for fewer, or use generate",
                       Error);
  CHECK_THROWS_AS(generate_speculatively(*large, *small, {}), Error);
  CHECK_THROWS_AS(generate_speculatively(*large, *small, std::vector<Token>{5}), Error);
}
