// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/models/bert.hpp>
#include <transfix/models/classifier.hpp>
#include <transfix/models/encoder_decoder.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/models/llama.hpp>
#include <transfix/models/lstm.hpp>
#include <transfix/nn/low_rank.hpp>

// One small model of each kind.

namespace support {
using namespace transfix;

inline constexpr models::GptConfig tiny_gpt{.vocabulary = 11, .context = 8, .width = 16, .heads = 2, .layers = 3};
inline constexpr models::BertConfig tiny_bert{
    .vocabulary = 11, .context = 8, .width = 16, .heads = 2, .hidden = 24, .layers = 2, .dropout = true};
inline constexpr models::LlamaConfig tiny_llama{
    .vocabulary = 11, .context = 8, .width = 16, .hidden = 24, .heads = 4, .key_heads = 2, .layers = 2, .experts = 1};

using TinyGpt = models::Gpt<tiny_gpt>;
using TinyAdapted = models::Gpt<tiny_gpt, LowRank<2>>;
using TinyLlama = models::Llama<tiny_llama>;
using TinyMixture = models::Llama<[] {
  models::LlamaConfig config = tiny_llama;
  config.experts = 4;
  return config;
}()>;
using TinyBertClassifier = models::BertClassifier<tiny_bert, 3>;
using TinyBertMasked = models::BertMaskedLanguageModel<tiny_bert>;
using TinyBertPretraining = models::BertPretraining<tiny_bert>;
using TinyEncoderDecoder =
    models::EncoderDecoder<models::EncoderDecoderConfig{.vocabulary = 11,
                                                        .source_context = 8,
                                                        .target_context = 8,  // shapes of both sides are the same
                                                        .width = 16,
                                                        .heads = 2,
                                                        .hidden = 24,
                                                        .encoder_layers = 2,
                                                        .decoder_layers = 2}>;
using TinyTokenClassifier = models::TokenClassifier<models::ClassifierConfig{
    .classes = 3, .context = 8, .width = 16, .heads = 2, .hidden = 24, .vocabulary = 11}>;
using TinyFrameClassifier = models::FrameClassifier<models::ClassifierConfig{
    .classes = 3, .context = 8, .width = 16, .heads = 2, .hidden = 24, .features = 5}>;
using TinyLstm = models::LstmLanguageModel<models::LstmConfig{.vocabulary = 11, .context = 8, .width = 16}>;
}  // namespace support
