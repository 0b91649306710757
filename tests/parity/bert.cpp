// SPDX-License-Identifier: MIT
#include <transfix/models/bert.hpp>

#include "model.hpp"

using namespace transfix;
using models::BertClassifier;
using models::BertConfig;
using models::BertMaskedLanguageModel;
using parity::Fixture;

namespace {
constexpr BertConfig even{.vocabulary = 16, .context = 8, .width = 8, .heads = 2, .hidden = 16, .layers = 2};
constexpr BertConfig odd{.vocabulary = 13, .context = 13, .width = 9, .heads = 3, .hidden = 21, .layers = 1};

template <class Model>
void check(const Fixture& fixture, Index length) {
  const auto tokens = fixture.tokens("tokens"), segments = fixture.tokens("segments");
  parity::check_model<Model>(fixture, {{tokens.data()}, {segments.data()}, length});
}
}  // namespace

TEST_CASE_TEMPLATE("parity: BERT that fills in hidden tokens of a padded text", Scalar, double, float) {
  check<BertMaskedLanguageModel<even, Scalar>>(Fixture("bert_masked_language_model", "even"), 4);
  check<BertMaskedLanguageModel<odd, Scalar>>(Fixture("bert_masked_language_model", "odd"), 9);
}

TEST_CASE_TEMPLATE("parity: BERT that classifies padded texts", Scalar, double, float) {
  check<BertClassifier<even, 3, Scalar>>(Fixture("bert_classifier", "even"), 4);
  check<BertClassifier<odd, 3, Scalar>>(Fixture("bert_classifier", "odd"), 9);
}
