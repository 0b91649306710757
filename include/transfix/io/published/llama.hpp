// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published.hpp>
#include <transfix/models/llama.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {
template <Index Width, class Scalar, int Epsilon>
constexpr int epsilon_of(const nn::RmsNorm<Width, Scalar, Epsilon>*) {
  return Epsilon;
}

/// How a Llama's heads lie beside files with other rotary pairs.
template <class Model>
constexpr PairOrder llama_pair_order(RotaryPairs theirs) {
  if (Model::config.pairs == theirs) return {};
  return {Model::width / Model::config.heads, Model::config.pairs == RotaryPairs::neighbours};
}
}  // namespace detail

/// Llama as transformers has it (LlamaForCausalLM), and Mixtral where a model has several experts. Its linear maps are
/// [Out, In], and its rotary pairs are halves of a head: the queries and keys of a model of neighbours are reordered.
struct HuggingFaceLlama {
  static constexpr std::string_view name = "transformers' Llama";
  static constexpr std::string_view prefix = "model.";
  static constexpr std::array<PublishedName, 16> names{{
      {"token_embedding", "model.embed_tokens"},
      {"blocks.*.attention_norm", "model.layers.*.input_layernorm"},
      {"blocks.*.attention.query", "model.layers.*.self_attn.q_proj", Layout::transposed_pairs},
      {"blocks.*.attention.key", "model.layers.*.self_attn.k_proj", Layout::transposed_pairs},
      {"blocks.*.attention.value", "model.layers.*.self_attn.v_proj", Layout::transposed},
      {"blocks.*.attention.projection", "model.layers.*.self_attn.o_proj", Layout::transposed},
      {"blocks.*.feed_forward_norm", "model.layers.*.post_attention_layernorm"},
      {"blocks.*.feed_forward.gate", "model.layers.*.mlp.gate_proj", Layout::transposed},
      {"blocks.*.feed_forward.up", "model.layers.*.mlp.up_proj", Layout::transposed},
      {"blocks.*.feed_forward.down", "model.layers.*.mlp.down_proj", Layout::transposed},
      {"blocks.*.feed_forward.router", "model.layers.*.block_sparse_moe.gate", Layout::transposed},
      {"blocks.*.feed_forward.experts.*.gate", "model.layers.*.block_sparse_moe.experts.*.w1", Layout::transposed},
      {"blocks.*.feed_forward.experts.*.up", "model.layers.*.block_sparse_moe.experts.*.w3", Layout::transposed},
      {"blocks.*.feed_forward.experts.*.down", "model.layers.*.block_sparse_moe.experts.*.w2", Layout::transposed},
      {"norm", "model.norm"},
      {"head", "lm_head", Layout::transposed},
  }};
  static constexpr std::array<TiedName, 1> tied{{{"lm_head.weight", "model.embed_tokens.weight"}}};
  static constexpr std::array<std::string_view, 1> ignored{"model.layers.*.self_attn.rotary_emb.inv_freq"};

  template <class Model>
  static constexpr detail::PairOrder pair_order() {
    return detail::llama_pair_order<Model>(RotaryPairs::halves);
  }

  template <class Model>
  static std::vector<ConfigEntry> config() {
    return config(Model::config, detail::epsilon_of(static_cast<decltype(Model::norm)*>(nullptr)));
  }
  static std::vector<ConfigEntry> config(const models::LlamaConfig& ours, int epsilon) {
    const bool has_experts = ours.experts > 1;
    const char* const architecture = has_experts ? R"(["MixtralForCausalLM"])" : R"(["LlamaForCausalLM"])";
    std::vector<ConfigEntry> entries{
        {"architectures", "", ConfigValue::from_json(architecture), nullptr, Match::any},
        {"model_type", "the family", has_experts ? "mixtral" : "llama"},
        {"vocab_size", ".vocabulary", ours.vocabulary, 32000},
        {"hidden_size", ".width", ours.width, 4096},
        {"intermediate_size", ".hidden", ours.hidden, has_experts ? 14336 : 11008},
        {"num_hidden_layers", ".layers", ours.layers, 32},
        {"num_attention_heads", ".heads", ours.heads, 32},
        {"num_key_value_heads", ".key_heads", ours.key_heads, has_experts ? 8 : ours.heads},
        {"head_dim", ".width / .heads", ours.width / ours.heads, nullptr, Match::equal, {nullptr}},
        {"max_position_embeddings", ".context", ours.context, has_experts ? 131072 : 2048, Match::at_least},
        {"rope_theta", ".rotary_base", ours.rotary_base, has_experts ? 1000000 : 10000},
        {"rope_type", "the kind of positions", "default"},
        {"rope_scaling", "scaled positions", nullptr},
        {"rms_norm_eps", "the epsilon of norms", detail::small_number(epsilon), has_experts ? 1e-5 : 1e-6},
        {"tie_word_embeddings", ".tied", ours.tied, false},
        {"hidden_act", "the activation", "silu"},
        {"attention_bias", "biases of attention", false},
        {"mlp_bias", "biases of feed-forward layers", false}};
    if (has_experts) {
      entries.push_back({"num_local_experts", ".experts", ours.experts, 8});
      entries.push_back({"num_experts_per_tok", ".chosen_experts", ours.chosen_experts, 2});
      entries.push_back({"sliding_window", "a window of attention", nullptr});
    }
    return entries;
  }
};

template <models::LlamaConfig Config, class Stored>
struct PublishedAs<models::Llama<Config, Stored>> {
  using Family = HuggingFaceLlama;
};

}  // namespace transfix::inline TRANSFIX_ABI::io
