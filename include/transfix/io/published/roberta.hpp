// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published/bert.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// RoBERTa as transformers has it (Liu et al. 2019): a BERT with .segments = 1 whose table of positions begins with two
/// rows that no text reaches. Name the family: io::load_published<io::Roberta>(model, "roberta-base"), or
/// io::RobertaForSequences for a BertClassifier. Its norms have the epsilon 1e-5, which load_published compares with
/// the model's.
template <bool HasSequenceHead>
struct RobertaNames {
  static constexpr std::string_view name = "RoBERTa";
  static constexpr std::string_view prefix = "roberta.";
  static constexpr std::array<PublishedName, 17> names{{
      {"token_embedding", "roberta.embeddings.word_embeddings"},
      {"position_embedding", "roberta.embeddings.position_embeddings", Layout::first_rows, 0, 1, 2},
      {"segment_embedding", "roberta.embeddings.token_type_embeddings"},
      {"embedding_norm", "roberta.embeddings.LayerNorm"},
      {"blocks.*.attention.query_key_value", "roberta.encoder.layer.*.attention.self.query", Layout::transposed, 0, 3},
      {"blocks.*.attention.query_key_value", "roberta.encoder.layer.*.attention.self.key", Layout::transposed, 1, 3},
      {"blocks.*.attention.query_key_value", "roberta.encoder.layer.*.attention.self.value", Layout::transposed, 2, 3},
      {"blocks.*.attention.projection", "roberta.encoder.layer.*.attention.output.dense", Layout::transposed},
      {"blocks.*.attention_norm", "roberta.encoder.layer.*.attention.output.LayerNorm"},
      {"blocks.*.feed_forward.up", "roberta.encoder.layer.*.intermediate.dense", Layout::transposed},
      {"blocks.*.feed_forward.down", "roberta.encoder.layer.*.output.dense", Layout::transposed},
      {"blocks.*.feed_forward_norm", "roberta.encoder.layer.*.output.LayerNorm"},
      {"pooler", HasSequenceHead ? "classifier.dense" : "roberta.pooler.dense", Layout::transposed},
      {"head", HasSequenceHead ? "classifier.out_proj" : "classifier", Layout::transposed},
      {"words.transform", "lm_head.dense", Layout::transposed},
      {"words.norm", "lm_head.layer_norm"},
      {"words", "lm_head"},
  }};
  static constexpr std::array<TiedName, 2> tied{
      {{"lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight"},
       {"lm_head.decoder.bias", "lm_head.bias"}}};
  static constexpr std::array<std::string_view, 1> ignored{"roberta.embeddings.position_ids"};

  template <class Model>
  static std::vector<ConfigEntry> config() {
    using Ours = detail::BertShape<Model>;
    static_assert(HasSequenceHead == (std::string_view(Ours::task) == "ForSequenceClassification"),
                  "use io::RobertaForSequences with a BertClassifier, and io::Roberta with other models");
    auto entries = Bert::config(Ours::config, Ours::epsilon, Ours::classes, Ours::task);
    for (ConfigEntry& entry : entries) {
      if (entry.key == "architectures")
        entry.value = ConfigValue::from_json("[\"Roberta" + std::string(Ours::task) + "\"]");
      if (entry.key == "model_type") entry.value = entry.absent = "roberta";
      if (entry.key == "vocab_size") entry.absent = 50265;
      if (entry.key == "max_position_embeddings") entry.value = Ours::config.context + 2;
    }
    entries.push_back({"pad_token_id", "the first row of positions, less 1,", 1});
    return entries;
  }
};
using Roberta = RobertaNames<false>;
using RobertaForSequences = RobertaNames<true>;

}  // namespace transfix::inline TRANSFIX_ABI::io
