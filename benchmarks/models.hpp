// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/models/classifier.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/models/lstm.hpp>

namespace benchmarks {

using namespace transfix;

// A to F: nano, baby, GPT-2 small in shape, tiny, an encoder that classifies, an encoder-decoder; L: an LSTM of A's
// size; A_dropout: A with dropout, which the trainer sets to 0.1.
inline constexpr models::GptConfig config_a{.vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4};
inline constexpr models::GptConfig config_a_dropout{
    .vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4, .dropout = true};
inline constexpr models::GptConfig config_b{.vocabulary = 65, .context = 256, .width = 384, .heads = 6, .layers = 6};
inline constexpr models::GptConfig config_c{
    .vocabulary = 50257, .context = 64, .width = 768, .heads = 12, .layers = 12};
inline constexpr models::GptConfig config_d{.vocabulary = 32, .context = 16, .width = 32, .heads = 2, .layers = 2};
inline constexpr models::ClassifierConfig config_e{
    .classes = 4, .context = 64, .width = 128, .heads = 4, .hidden = 512, .layers = 2, .vocabulary = 8000};
inline constexpr models::EncoderDecoderConfig config_f{.vocabulary = 8000,
                                                       .source_context = 32,
                                                       .target_context = 32,
                                                       .width = 256,
                                                       .heads = 8,
                                                       .hidden = 1024,
                                                       .encoder_layers = 3,
                                                       .decoder_layers = 3};
inline constexpr models::LstmConfig config_l{.vocabulary = 65, .context = 64, .width = 128, .layers = 6};

using A = models::Gpt<config_a>;
using ADropout = models::Gpt<config_a_dropout>;
using B = models::Gpt<config_b>;
using C = models::Gpt<config_c>;
using D = models::Gpt<config_d>;
using E = models::TokenClassifier<config_e>;
using F = models::EncoderDecoder<config_f>;
using L = models::LstmLanguageModel<config_l>;

}  // namespace benchmarks
