// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <transfix/generate/generate_batch.hpp>
#include <transfix/models/gpt.hpp>

using namespace transfix;

namespace {
using Model = models::Gpt<models::GptConfig{.vocabulary = 13, .context = 8, .width = 16, .heads = 2, .layers = 1}>;

std::unique_ptr<Model> model() {
  auto result = std::make_unique<Model>();
  Random random(1);
  initialize(*result, random, {.deviation = 0.3});
  return result;
}
const std::vector<Token> prompt{3, 1, 4};
}  // namespace

TEST_CASE("generate: gives the prompt and as many tokens as asked for, past the context too") {
  const auto trained = model();
  for (const Index count : {0, 1, 5, 40}) {
    std::vector<Token> shown;
    const auto tokens = generate(*trained, prompt, {.tokens = count}, [&](Token token) { shown.push_back(token); });
    CHECK(tokens.size() == static_cast<std::size_t>(3 + count));
    CHECK(std::equal(prompt.begin(), prompt.end(), tokens.begin()));
    CHECK(shown == std::vector<Token>(tokens.begin() + 3, tokens.end()));
    for (const Token token : shown) CHECK((token >= 0 && token < 13));
  }
}

TEST_CASE("generate: a seed decides the text; temperature 0 needs none") {
  const auto trained = model();
  const auto text = [&](GenerationSettings settings) { return generate(*trained, prompt, settings); };
  CHECK(text({.tokens = 40, .seed = 1}) == text({.tokens = 40, .seed = 1}));
  CHECK(text({.tokens = 40, .seed = 1}) != text({.tokens = 40, .seed = 2}));
  CHECK(text({.tokens = 40, .temperature = 0, .seed = 1}) == text({.tokens = 40, .temperature = 0, .seed = 2}));
}

TEST_CASE("generate: the likeliest tokens are those of the generator") {
  const auto trained = model();
  const auto tokens = generate(*trained, prompt, {.tokens = 4, .temperature = 0});
  const auto generator = std::make_unique<Generator<Model>>(*trained);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const Token next = generator->step(tokens[i], {.temperature = 0});
    if (i + 1 >= prompt.size()) CHECK(next == tokens[i + 1]);
  }
}

TEST_CASE("generate: an empty prompt, or one of another vocabulary, is an error") {
  const auto trained = model();
  CHECK_THROWS_WITH_AS(generate(*trained, {}), "generate: the prompt is empty; give at least one token", Error);
  CHECK_THROWS_AS(generate(*trained, std::vector<Token>{1, 13}), Error);
}

TEST_CASE("generate: ends at a stop sequence and leaves it out") {
  const auto trained = model();
  const auto whole = generate(*trained, prompt, {.tokens = 30, .seed = 3});
  const std::vector<Token> stop(whole.begin() + 10, whole.begin() + 12);
  const auto place = std::search(whole.begin() + 3, whole.end(), stop.begin(), stop.end());
  const auto stopped = generate(*trained, prompt, {.tokens = 30, .seed = 3, .stops = {{99}, stop}});
  CHECK(stopped == std::vector<Token>(whole.begin(), place));
}

TEST_CASE("generate: a batch of prompts of different lengths gives each the text that it has alone") {
  const auto trained = model();
  const std::vector<std::vector<Token>> prompts{{1}, {3, 1, 4, 1, 5, 9, 2, 6}, {12, 0}, {7, 7, 7, 7}};
  const GenerationSettings settings{.tokens = 20, .seed = 5};
  const auto texts = generate_batch(*trained, prompts, settings);
  CHECK(generate_batch(*trained, prompts, settings, 3) == texts);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    CHECK(texts[i] == generate(*trained, prompts[i], {.tokens = 20, .seed = 5 + i}));
  }
  CHECK(generate_batch(*trained, {}).empty());
  CHECK_THROWS_AS(generate_batch(*trained, std::vector<std::vector<Token>>{{1}, {13}}, settings, 2), Error);
}
