// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/core/storage.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/models/sentence_classifier.hpp>
#include <transfix/testing.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
constexpr models::SentenceConfig config{.vocabulary = 20,
                                        .context = 6,
                                        .shortest = 3,
                                        .classes = 3,
                                        .parts = 2,
                                        .width = 8,
                                        .window = 3,
                                        .filters = 10,
                                        .layers = 1,
                                        .heads = 2,
                                        .hidden = 16};
using Model = models::SentenceClassifier<config>;
constexpr Index block = (8 * 24 + 24 + 8 * 8 + 8) + (8 * 16 + 16 + 16 * 8 + 8) + 2 * 16;
static_assert(parameter_count<Model> == 20 * 8 + (24 * 10 + 10) + (24 * 8 + 8 + block + 16) + (18 * 3 + 3));
constexpr models::SentenceConfig plain{.vocabulary = 20,
                                       .context = 6,
                                       .shortest = 0,
                                       .classes = 3,
                                       .parts = 2,
                                       .width = 8,
                                       .window = 5,
                                       .filters = 10,
                                       .layers = 0};
static_assert(parameter_count<models::SentenceClassifier<plain>> == 20 * 8 + (40 * 10 + 10) + (10 * 3 + 3));

Model::Input sentence(std::initializer_list<Token> words) {
  Model::Input input{.length = std::ssize(words)};
  Index place = 0;
  for (const Token word : words) input.set(place++, {word, 1});
  return input;
}

std::vector<float> logits(const Model& model, const Model::Input& input) {
  const auto inference = std::make_unique<Inference<Model>>(model);
  const float* found = (*inference)(input);
  return {found, found + 3};
}

template <models::SentenceConfig Config>
struct OfSentence {
  models::SentenceClassifier<Config, double> model;
  auto operator()() const {
    static const auto input = sentence({5, 6, 7, 5});
    return model(input);
  }
};
}  // namespace

TEST_CASE("sentence classifier: gradients of the whole model against central differences") {
  Context context;
  context.dropout = 0.2f;
  CHECK(testing::gradient_error(OfSentence<config>{}, context) < 1e-6);
  CHECK(testing::gradient_error(OfSentence<plain>{}, context) < 1e-6);
}

TEST_CASE("sentence classifier: padding changes nothing, words and their order do") {
  const auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random);
  const auto before = logits(*model, sentence({5, 6, 7}));
  auto padded = sentence({5, 6, 7});
  for (std::size_t place = 6; place < 10; ++place) padded.tokens[0][place] = 9;  // after a place of padding
  CHECK(support::largest_difference(logits(*model, padded).data(), before) < 1e-6);
  CHECK(logits(*model, sentence({5, 6, 8})) != before);
  CHECK(logits(*model, sentence({6, 5, 7})) != before);
}

TEST_CASE("sentence classifier: the short form of a short sentence gives what the long one gives") {
  const auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random);
  const auto input = sentence({5, 6, 7});
  const auto cut = input.cut<3>();  // an expression looks at its input
  const auto short_form = own((*model)(cut));
  const auto tape = std::make_unique<typename decltype(short_form)::Tape>();
  const Storage workspace(std::max(decltype(short_form)::forward_bytes, Index{1}));
  Context pass;
  pass.workspace = workspace.data();
  short_form.forward(*tape, pass);
  CHECK(support::largest_difference(short_form.value(*tape), logits(*model, input)) < 1e-6);
  in_shortest_form(input, [](const auto& form) { CHECK(form.context == 3); });
  in_shortest_form(sentence({5, 6, 7, 8}), [](const auto& form) { CHECK(form.context == 6); });
}
