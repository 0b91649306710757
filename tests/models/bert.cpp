// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/bert.hpp>
#include <transfix/testing.hpp>

#include "../expression/values.hpp"

using namespace transfix;
using models::BertConfig;

// BERT-base and BERT-large with pooler, DistilBERT, RoBERTa-base with pooler.
static_assert(parameter_count<models::BertWithPooler<BertConfig{}>> == 109'482'240);
static_assert(
    parameter_count<models::BertWithPooler<BertConfig{.width = 1024, .heads = 16, .hidden = 4096, .layers = 24}>> ==
    335'141'888);
static_assert(parameter_count<models::BertEncoder<BertConfig{.segments = 0, .layers = 6}>> == 66'362'880);
static_assert(parameter_count<models::BertWithPooler<BertConfig{.vocabulary = 50265, .context = 514, .segments = 1}>> ==
              124'645'632);

namespace {
constexpr BertConfig small{
    .vocabulary = 11, .context = 7, .width = 8, .heads = 2, .hidden = 12, .layers = 2, .dropout = true};
constexpr Token tokens[7] = {3, 1, 4, 1, 5, 9, 2}, segments[7] = {0, 0, 0, 1, 1, 1, 1};
template <class Model>
struct Layer {
  Model model;
  auto operator()() const { return model(models::TokensAndSegments<7>{{tokens}, {segments}, 5}); }
};
template <class Model>
double error_of() {
  Context context;
  context.dropout = 0.2f;
  return testing::gradient_error(Layer<Model>{}, context);
}
}  // namespace

TEST_CASE("bert: gradients of every head against central differences") {
  CHECK(error_of<models::BertTagger<small, 3, double>>() < 1e-6);
  CHECK(error_of<models::BertClassifier<small, 3, double>>() < 1e-6);
  CHECK(error_of<models::BertMaskedLanguageModel<small, double>>() < 1e-6);
}

TEST_CASE("bert: padding changes nothing") {
  Layer<models::BertClassifier<small, 3, double>> layer;
  Random random(1);
  initialize(layer.model, random, {0.5});
  const auto expected = support::values([&] { return layer(); });
  const Token padded[7] = {3, 1, 4, 1, 5, 0, 0};
  CHECK(support::values([&] { return layer.model({{padded}, {segments}, 5}); }) == expected);
  CHECK(support::values([&] { return layer.model({{padded}, {segments}, 6}); }) != expected);
}
