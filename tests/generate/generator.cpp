// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <transfix/expression/masks.hpp>
#include <transfix/generate/generator.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/models/llama.hpp>
#include <transfix/testing.hpp>

#include "../counted_new.hpp"
#include "../support.hpp"

using namespace transfix;

namespace {
template <bool Tied, class Scalar>
using ModelOf = models::Gpt<models::GptConfig{.vocabulary = 13,
                                              .context = 9,
                                              .width = 24,
                                              .heads = 3,
                                              .layers = 2,
                                              .bias = Tied,
                                              .tied = Tied,
                                              .dropout = true},
                            Scalar>;
using Model = ModelOf<true, float>;

template <class M>
std::unique_ptr<M> model() {
  auto result = std::make_unique<M>();
  Random random(1);
  for_each_parameter(*result, [&](const Path&, auto& parameter) { fill_normal(parameter, random, 0.3); });
  return result;
}

/// All values of the expression that make() gives.
auto values_of(auto make) {
  testing::Pass pass(make);
  const auto* const values = pass.forward();
  return std::vector(values, values + decltype(pass)::E::span);
}

/// The logits of a whole pass over `Length` tokens, [Length, vocabulary].
template <Index Length, class M>
auto whole_pass(const M& model, const Token* tokens) {
  return values_of([&] { return model(Tokens<Length>{tokens}); });
}

constexpr Token tokens[] = {3, 12, 0, 7, 7, 1, 5, 9, 2, 11, 4, 0, 8, 6, 10};

template <class M>
void check_against_whole_pass(double bound) {
  const auto trained = model<M>();
  const auto expected = whole_pass<M::context>(*trained, tokens);
  const auto generator = std::make_unique<Generator<M>>(*trained);
  for (Index position = 0; position < M::context; ++position) {
    CHECK(generator->position() == position);
    const auto* logits = generator->read(tokens[position]);
    const auto row = expected.begin() + position * M::vocabulary;
    const std::vector<typename M::Scalar> wanted(row, row + M::vocabulary);
    CHECK(support::largest_difference(logits, wanted) < bound);
  }
}
}  // namespace

TEST_CASE("generator: logits from the key-value cache equal those of the whole pass at every position") {
  check_against_whole_pass<ModelOf<true, double>>(1e-12);
  check_against_whole_pass<ModelOf<false, double>>(1e-12);
  check_against_whole_pass<ModelOf<true, float>>(1e-4);
}

TEST_CASE("generator: past the context it goes on from the later half") {
  using M = ModelOf<true, double>;
  const auto trained = model<M>();
  const auto generator = std::make_unique<Generator<M>>(*trained);
  const double* logits = nullptr;
  for (Index position = 0; position < 10; ++position) logits = generator->read(tokens[position]);
  // Of nine tokens the last four are read again, then the tenth.
  const auto expected = whole_pass<5>(*trained, tokens + 5);
  CHECK(generator->position() == 5);
  const std::vector<double> wanted(expected.end() - M::vocabulary, expected.end());
  CHECK(support::largest_difference(logits, wanted) < 1e-12);
}

TEST_CASE("generator: restart forgets all tokens") {
  const auto trained = model<Model>();
  const auto generator = std::make_unique<Generator<Model>>(*trained);
  const float* logits = generator->read(3);
  const std::vector<float> first(logits, logits + Model::vocabulary);
  generator->read(5);
  generator->restart();
  CHECK(generator->position() == 0);
  CHECK(support::largest_difference(generator->read(3), first) == 0);
}

TEST_CASE("generator: a token beyond the vocabulary is an error that names both numbers") {
  const auto trained = model<Model>();
  const auto generator = std::make_unique<Generator<Model>>(*trained);
  for (const Token token : {Token{13}, Token{-1}}) {
    std::string message;
    try {
      generator->read(token);
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK(message.find("token " + std::to_string(token)) != std::string::npos);
    CHECK(message.find("vocabulary of 13") != std::string::npos);
  }
  CHECK(generator->position() == 0);
}

TEST_CASE("generator: a step allocates nothing, also past the context") {
  const auto trained = model<Model>();
  const auto generator = std::make_unique<Generator<Model>>(*trained);
  Token token = 0;
  const long before = support::allocations;
  for (int i = 0; i < 30; ++i) token = generator->step(token, {.temperature = 0.8, .top_k = 5, .top_p = 0.9});
  CHECK(support::allocations == before);
}

namespace {
using Relative = models::Llama<
    models::LlamaConfig{
        .vocabulary = 13, .context = 9, .width = 24, .hidden = 32, .heads = 4, .key_heads = 2, .layers = 2},
    double>;
template <Index Width>
struct SeesWindow : NoMemory {
  static constexpr auto mask(Causal) { return SlidingWindow{Width}; }
};
}  // namespace

TEST_CASE("generator: with a window, each layer sees the last tokens, past the context too") {
  constexpr Index window = 4, length = 15;
  const auto trained = model<Relative>();
  // The whole pass: two layers, each with a mask that is a window.
  const auto logits = values_of([&] {
    return nn::logits(trained->norm(trained->blocks(trained->token_embedding(Tokens<length>{tokens}),
                                                    [](Index) { return SeesWindow<window>{}; })),
                      trained->token_embedding, trained->head);
  });
  const auto generator = std::make_unique<Generator<Relative, window>>(*trained);
  static_assert(sizeof(Generator<Relative, window>) < sizeof(Generator<Relative>));
  for (Index position = 0; position < length; ++position) {
    const double* const expected = logits.data() + position * Relative::vocabulary;
    const std::vector<double> wanted(expected, expected + Relative::vocabulary);
    CHECK(support::largest_difference(generator->read(tokens[position]), wanted) < 1e-12);
  }
}

TEST_CASE("generator: after going back it reads on as if nothing had come after") {
  const auto trained = model<Model>();
  const auto generator = std::make_unique<Generator<Model>>(*trained),
             other = std::make_unique<Generator<Model>>(*trained);
  for (const Token token : {3, 1, 4, 1, 5}) generator->read(token);
  for (const Token token : {3, 1}) other->read(token);
  generator->rewind(2);
  const float* const logits = other->read(7);
  CHECK(support::largest_difference(generator->read(7), std::vector<float>(logits, logits + Model::vocabulary)) == 0);
  CHECK_THROWS_WITH_AS(generator->rewind(4), "a generator that has read 3 tokens cannot go back to 4", Error);
}
