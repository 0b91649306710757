// SPDX-License-Identifier: MIT
#include <transfix/models/classifier.hpp>

#include "model.hpp"

using namespace transfix;
using models::ClassifierConfig;
using models::FrameClassifier;
using models::TokenClassifier;
using parity::Fixture;

namespace {
constexpr ClassifierConfig even{
    .classes = 4, .context = 8, .width = 8, .heads = 2, .hidden = 16, .layers = 2, .vocabulary = 13, .features = 4};
constexpr ClassifierConfig odd{
    .classes = 3, .context = 13, .width = 9, .heads = 3, .hidden = 21, .layers = 1, .vocabulary = 13, .features = 7};

template <class Model>
void check_tokens(const Fixture& fixture, Index length) {
  const auto tokens = fixture.tokens("tokens");
  parity::check_model<Model>(fixture, {{tokens.data()}, length});
}

template <class Model>
void check_frames(const Fixture& fixture, Index length) {
  using Frames = Shape<Model::context, Model::config.features>;
  const auto frames = fixture.numbers<Frames, typename Model::Scalar>("frames");
  parity::check_model<Model>(fixture, {frames.data(), length});
}
}  // namespace

TEST_CASE_TEMPLATE("parity: classifiers of padded tokens and of padded frames", Scalar, double, float) {
  check_tokens<TokenClassifier<even, Scalar>>(Fixture("token_classifier", "even"), 4);
  check_tokens<TokenClassifier<odd, Scalar>>(Fixture("token_classifier", "odd"), 9);
  check_frames<FrameClassifier<even, Scalar>>(Fixture("frame_classifier", "even"), 4);
  check_frames<FrameClassifier<odd, Scalar>>(Fixture("frame_classifier", "odd"), 9);
}
