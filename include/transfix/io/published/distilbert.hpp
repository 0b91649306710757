// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published/bert.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// DistilBERT as transformers has it (Sanh et al. 2019): a BERT without segments, with its heads for masked words and
/// tokens. It has no pooler; a BertClassifier starts with a new one: {.fresh = {"bert.pooler", "head"}}.
struct DistilBert {
  static constexpr std::string_view name = "DistilBERT";
  static constexpr std::string_view prefix = "distilbert.";
  static constexpr std::array<PublishedName, 15> names{{
      {"token_embedding", "distilbert.embeddings.word_embeddings"},
      {"position_embedding", "distilbert.embeddings.position_embeddings", Layout::first_rows},
      {"embedding_norm", "distilbert.embeddings.LayerNorm"},
      {"blocks.*.attention.query_key_value", "distilbert.transformer.layer.*.attention.q_lin", Layout::transposed, 0,
       3},
      {"blocks.*.attention.query_key_value", "distilbert.transformer.layer.*.attention.k_lin", Layout::transposed, 1,
       3},
      {"blocks.*.attention.query_key_value", "distilbert.transformer.layer.*.attention.v_lin", Layout::transposed, 2,
       3},
      {"blocks.*.attention.projection", "distilbert.transformer.layer.*.attention.out_lin", Layout::transposed},
      {"blocks.*.attention_norm", "distilbert.transformer.layer.*.sa_layer_norm"},
      {"blocks.*.feed_forward.up", "distilbert.transformer.layer.*.ffn.lin1", Layout::transposed},
      {"blocks.*.feed_forward.down", "distilbert.transformer.layer.*.ffn.lin2", Layout::transposed},
      {"blocks.*.feed_forward_norm", "distilbert.transformer.layer.*.output_layer_norm"},
      {"head", "classifier", Layout::transposed},
      {"words.transform", "vocab_transform", Layout::transposed},
      {"words.norm", "vocab_layer_norm"},
      {"words", "vocab_projector"},
  }};
  static constexpr std::array<TiedName, 1> tied{
      {{"vocab_projector.weight", "distilbert.embeddings.word_embeddings.weight"}}};
  static constexpr std::array<std::string_view, 1> ignored{"distilbert.embeddings.position_ids"};

  template <class Model>
  static std::vector<ConfigEntry> config() {
    using Ours = detail::BertShape<Model>;
    static_assert(Ours::config.segments == 0, "DistilBERT has no segments: use .segments = 0");
    static_assert(Ours::epsilon == 12, "DistilBERT's norms have the epsilon 1e-12");
    return config(Ours::config, Ours::classes, Ours::task);
  }
  static std::vector<ConfigEntry> config(const models::BertConfig& ours, Index classes, const std::string& task) {
    std::vector<ConfigEntry> entries{
        {"architectures", "", ConfigValue::from_json("[\"DistilBert" + task + "\"]"), nullptr, Match::any},
        {"model_type", "the family", "distilbert"},
        {"vocab_size", ".vocabulary", ours.vocabulary, 30522},
        {"dim", ".width", ours.width, 768},
        {"n_layers", ".layers", ours.layers, 6},
        {"n_heads", ".heads", ours.heads, 12},
        {"hidden_dim", ".hidden", ours.hidden, 3072},
        {"max_position_embeddings", ".context", ours.context, 512, Match::at_least},
        {"activation", "the activation", "gelu"}};
    detail::add_labels(entries, classes);
    return entries;
  }
};

template <class Model>
requires(detail::BertShape<Model>::config.segments == 0) struct PublishedAs<Model> {
  using Family = DistilBert;
};

}  // namespace transfix::inline TRANSFIX_ABI::io
