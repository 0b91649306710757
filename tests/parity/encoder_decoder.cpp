// SPDX-License-Identifier: MIT
#include <transfix/models/encoder_decoder.hpp>

#include "model.hpp"

using namespace transfix;
using models::EncoderDecoder;
using models::EncoderDecoderConfig;
using parity::Fixture;

namespace {
constexpr EncoderDecoderConfig even{.vocabulary = 16,
                                    .source_context = 8,
                                    .target_context = 8,
                                    .width = 8,
                                    .heads = 2,
                                    .hidden = 16,
                                    .encoder_layers = 2,
                                    .decoder_layers = 2};
constexpr EncoderDecoderConfig odd{.vocabulary = 13,
                                   .source_context = 13,
                                   .target_context = 7,
                                   .width = 9,
                                   .heads = 3,
                                   .hidden = 21,
                                   .encoder_layers = 1,
                                   .decoder_layers = 1,
                                   .norms = nn::NormPlace::before};

template <class Model>
void check(const Fixture& fixture, Index length) {
  const auto source = fixture.tokens("source"), target = fixture.tokens("target");
  parity::check_model<Model>(fixture, {{source.data()}, {target.data()}, length});
}
}  // namespace

TEST_CASE_TEMPLATE("parity: encoder-decoder with norms after each part and before", Scalar, double, float) {
  check<EncoderDecoder<even, Scalar>>(Fixture("encoder_decoder", "even"), 4);
  check<EncoderDecoder<odd, Scalar>>(Fixture("encoder_decoder", "odd"), 9);
}
