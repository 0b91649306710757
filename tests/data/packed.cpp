// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <map>
#include <transfix/data/packed.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/trainer.hpp>

#include "../support.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
constexpr Index context = 16;

/// Documents of 0 to 40 tokens; a token is never the same in two of them.
std::vector<std::vector<Token>> random_documents(std::size_t count) {
  Random random(3);
  std::vector<std::vector<Token>> documents(count);
  Token next = 0;
  for (auto& document : documents) {
    document.resize(static_cast<std::size_t>(random.below(41)));
    for (Token& token : document) token = next++;
  }
  return documents;
}
}  // namespace

TEST_CASE("packed: each token that follows another of its document is a target once, behind its predecessors") {
  const auto documents = random_documents(300);
  const data::Packed<context> packed(documents, 7);
  std::map<Token, Token> expected, found;
  for (const auto& document : documents) {
    for (std::size_t place = 1; place < document.size(); ++place) expected[document[place]] = document[place - 1];
  }
  Index targets = 0;
  for (Index number = 0; number < packed.size(); ++number) {
    const auto [input, target] = packed.example(number);
    for (Index place = 0; place < context; ++place) {
      if (target[place] < 0) {
        CHECK(input[place] == 7);
        CHECK(packed.documents(number)[place] == -1);
        continue;
      }
      ++targets;
      found[target[place]] = input[place];
      // A document lies in one row of places.
      if (place > 0 && target[place - 1] == input[place]) {
        CHECK(packed.documents(number)[place] == packed.documents(number)[place - 1]);
      } else if (place > 0) {
        CHECK(packed.documents(number)[place] != packed.documents(number)[place - 1]);
      }
    }
  }
  CHECK(found == expected);
  CHECK(targets == static_cast<Index>(expected.size()));
  CHECK(targets == packed.targets());
  CHECK(static_cast<double>(targets) > 0.97 * static_cast<double>(packed.size() * context));
}

TEST_CASE("packed: the same documents give the same examples") {
  const auto documents = random_documents(50);
  const data::Packed<context> first(documents), second(documents);
  REQUIRE(first.size() == second.size());
  for (Index number = 0; number < first.size(); ++number) {
    CHECK(std::equal(first.example(number).input.data, first.example(number).input.data + context,
                     second.example(number).input.data));
  }
}

TEST_CASE("packed: what cannot be packed is an error that says why") {
  using Packed = data::Packed<context>;
  CHECK(contains(message_of([] { Packed(std::vector<std::vector<Token>>{{1}, {}}); }), "no document of two tokens"));
  CHECK(contains(message_of([] {
                   Packed(std::vector<std::vector<Token>>{{1, 2}, {3, -4}});
                 }),
                 "document 1 has the token -4"));
  CHECK(contains(message_of([] { Packed(std::vector<std::vector<Token>>{{1, 2}}, -1); }), "padding"));
}

TEST_CASE("packed: a GPT learns from packed documents") {
  using Model =
      models::Gpt<models::GptConfig{.vocabulary = 10, .context = context, .width = 16, .heads = 2, .layers = 1}>;
  std::vector<std::vector<Token>> documents;
  for (Token first = 0; first < 10; ++first) {
    for (Token length = 2; length < 7; ++length) {
      auto& document = documents.emplace_back();
      for (Token place = 0; place < length; ++place) document.push_back((first + place) % 10);
    }
  }
  const data::Packed<context> packed(documents);
  Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer({.learning_rate = 0.01f}, {.steps = 150, .batch = 8});
  for (int step = 0; step < 150; ++step) trainer.step(packed);
  CHECK(trainer.evaluate(packed) < 0.1);  // the next token is known within a document
}
