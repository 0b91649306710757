// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published.hpp>
#include <transfix/models/gpt.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// GPT-2 as transformers has it (GPT2LMHeadModel). Its Conv1D weights are [In, Out], as ours are, and query, key and
/// value are one tensor. Where `Linear` is Layout::transposed it is minGPT and nanoGPT, which have PyTorch's linear
/// maps under the same names.
template <Layout Linear>
struct Gpt2Names {
  static constexpr std::string_view name = Linear == Layout::as_is ? "GPT-2" : "minGPT";
  static constexpr std::string_view prefix = "transformer.";
  static constexpr std::array<PublishedName, 10> names{{
      {"token_embedding", "transformer.wte"},
      {"position_embedding", "transformer.wpe", Layout::first_rows},
      {"blocks.*.attention_norm", "transformer.h.*.ln_1"},
      {"blocks.*.attention.query_key_value", "transformer.h.*.attn.c_attn", Linear},
      {"blocks.*.attention.projection", "transformer.h.*.attn.c_proj", Linear},
      {"blocks.*.feed_forward_norm", "transformer.h.*.ln_2"},
      {"blocks.*.feed_forward.up", "transformer.h.*.mlp.c_fc", Linear},
      {"blocks.*.feed_forward.down", "transformer.h.*.mlp.c_proj", Linear},
      {"norm", "transformer.ln_f"},
      {"head", "lm_head", Layout::transposed},
  }};
  static constexpr std::array<TiedName, 1> tied{{{"lm_head.weight", "transformer.wte.weight"}}};
  // Tables of the causal mask.
  static constexpr std::array<std::string_view, 2> ignored{"transformer.h.*.attn.bias",
                                                           "transformer.h.*.attn.masked_bias"};

  template <class Model>
  static std::vector<ConfigEntry> config() {
    static_assert(Model::config.bias || Linear == Layout::transposed, "transformers' GPT-2 has biases: .bias = true");
    return config(Model::config);
  }
  static std::vector<ConfigEntry> config(const models::GptConfig& ours) {
    constexpr bool is_gpt2 = Linear == Layout::as_is;
    return {
        {"architectures", "", ConfigValue::from_json(is_gpt2 ? R"(["GPT2LMHeadModel"])" : "[]"), nullptr, Match::any},
        {"model_type", "the family", is_gpt2 ? "gpt2" : "mingpt"},
        {"vocab_size", ".vocabulary", ours.vocabulary, 50257},
        {"n_positions", ".context", ours.context, 1024, Match::at_least},
        {"n_embd", ".width", ours.width, 768},
        {"n_head", ".heads", ours.heads, 12},
        {"n_layer", ".layers", ours.layers, 12},
        {"n_inner", "4 * .width", 4 * ours.width, nullptr, Match::equal, {nullptr}},
        {"tie_word_embeddings", ".tied", ours.tied, true},
        {"activation_function", "the activation", "gelu_new", "gelu_new", Match::equal, {"gelu_pytorch_tanh"}},
        {"layer_norm_epsilon", "the epsilon of norms", detail::small_number(5)},
        {"scale_attn_weights", "scaled scores", true},
        {"scale_attn_by_inverse_layer_idx", "scores scaled by the layer", false}};
  }
};
using Gpt2 = Gpt2Names<Layout::as_is>;
using MinGpt = Gpt2Names<Layout::transposed>;

template <models::GptConfig Config, class Stored>
struct PublishedAs<models::Gpt<Config, Stored>> {
  using Family = Gpt2;
};

}  // namespace transfix::inline TRANSFIX_ABI::io
