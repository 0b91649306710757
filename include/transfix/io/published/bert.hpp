// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published.hpp>
#include <transfix/models/bert.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {
template <Index Width, class Scalar, bool Bias, int Epsilon>
constexpr int epsilon_of(const nn::LayerNorm<Width, Scalar, Bias, Epsilon>*) {
  return Epsilon;
}

/// What a family needs to know of a BERT with one head or another.
template <class Model>
struct BertShape;
template <models::BertConfig Config, class Stored, Index Classes = 0>
struct BertShapeOf {
  static constexpr models::BertConfig config = Config;
  static constexpr Index classes = Classes;
  static constexpr int epsilon =
      epsilon_of(static_cast<decltype(models::BertEncoder<Config, Stored>::embedding_norm)*>(nullptr));
};
template <models::BertConfig Config, class Stored>
struct BertShape<models::BertEncoder<Config, Stored>> : BertShapeOf<Config, Stored> {
  static constexpr const char* task = "Model";
};
template <models::BertConfig Config, class Stored>
struct BertShape<models::BertWithPooler<Config, Stored>> : BertShapeOf<Config, Stored> {
  static constexpr const char* task = "Model";
};
template <models::BertConfig Config, Index Classes, class Stored>
struct BertShape<models::BertClassifier<Config, Classes, Stored>> : BertShapeOf<Config, Stored, Classes> {
  static constexpr const char* task = "ForSequenceClassification";
};
template <models::BertConfig Config, Index Classes, class Stored>
struct BertShape<models::BertTagger<Config, Classes, Stored>> : BertShapeOf<Config, Stored, Classes> {
  static constexpr const char* task = "ForTokenClassification";
};
template <models::BertConfig Config, class Stored>
struct BertShape<models::BertMaskedLanguageModel<Config, Stored>> : BertShapeOf<Config, Stored> {
  static constexpr const char* task = "ForMaskedLM";
};
template <models::BertConfig Config, class Stored>
struct BertShape<models::BertPretraining<Config, Stored>> : BertShapeOf<Config, Stored> {
  static constexpr const char* task = "ForPreTraining";
};

/// Adds the members of config.json that tell how many classes a head has.
inline void add_labels(std::vector<ConfigEntry>& entries, Index classes) {
  if (classes == 0) return;
  auto names = nlohmann::json::object(), numbers = names;
  for (Index label = 0; label < classes; ++label) {
    const std::string number = std::to_string(label);
    names[number] = "LABEL_" + number;
    numbers["LABEL_" + number] = label;
  }
  entries.push_back({"id2label", "", ConfigValue::from_json(written_json(names)), nullptr, Match::any});
  entries.push_back({"label2id", "", ConfigValue::from_json(written_json(numbers)), nullptr, Match::any});
}
}  // namespace detail

/// BERT as transformers has it, with its heads for masked words, next sentences, sequences and tokens. Its linear maps
/// are [Out, In], and our query_key_value is three tensors of theirs.
struct Bert {
  static constexpr std::string_view name = "BERT";
  static constexpr std::string_view prefix = "bert.";
  static constexpr std::array<PublishedName, 18> names{{
      {"token_embedding", "bert.embeddings.word_embeddings"},
      {"position_embedding", "bert.embeddings.position_embeddings", Layout::first_rows},
      {"segment_embedding", "bert.embeddings.token_type_embeddings"},
      {"embedding_norm", "bert.embeddings.LayerNorm"},
      {"blocks.*.attention.query_key_value", "bert.encoder.layer.*.attention.self.query", Layout::transposed, 0, 3},
      {"blocks.*.attention.query_key_value", "bert.encoder.layer.*.attention.self.key", Layout::transposed, 1, 3},
      {"blocks.*.attention.query_key_value", "bert.encoder.layer.*.attention.self.value", Layout::transposed, 2, 3},
      {"blocks.*.attention.projection", "bert.encoder.layer.*.attention.output.dense", Layout::transposed},
      {"blocks.*.attention_norm", "bert.encoder.layer.*.attention.output.LayerNorm"},
      {"blocks.*.feed_forward.up", "bert.encoder.layer.*.intermediate.dense", Layout::transposed},
      {"blocks.*.feed_forward.down", "bert.encoder.layer.*.output.dense", Layout::transposed},
      {"blocks.*.feed_forward_norm", "bert.encoder.layer.*.output.LayerNorm"},
      {"pooler", "bert.pooler.dense", Layout::transposed},
      {"head", "classifier", Layout::transposed},
      {"words.transform", "cls.predictions.transform.dense", Layout::transposed},
      {"words.norm", "cls.predictions.transform.LayerNorm"},
      {"words", "cls.predictions"},
      {"follows", "cls.seq_relationship", Layout::transposed},
  }};
  static constexpr std::array<TiedName, 2> tied{
      {{"cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"},
       {"cls.predictions.decoder.bias", "cls.predictions.bias"}}};
  static constexpr std::array<std::string_view, 1> ignored{"bert.embeddings.position_ids"};

  template <class Model>
  static std::vector<ConfigEntry> config() {
    using Ours = detail::BertShape<Model>;
    return config(Ours::config, Ours::epsilon, Ours::classes, Ours::task);
  }
  static std::vector<ConfigEntry> config(const models::BertConfig& ours, int epsilon, Index classes,
                                         const std::string& task) {
    std::vector<ConfigEntry> entries{
        {"architectures", "", ConfigValue::from_json("[\"Bert" + task + "\"]"), nullptr, Match::any},
        {"model_type", "the family", "bert"},
        {"vocab_size", ".vocabulary", ours.vocabulary, 30522},
        {"hidden_size", ".width", ours.width, 768},
        {"num_hidden_layers", ".layers", ours.layers, 12},
        {"num_attention_heads", ".heads", ours.heads, 12},
        {"intermediate_size", ".hidden", ours.hidden, 3072},
        {"max_position_embeddings", ".context", ours.context, 512, Match::at_least},
        {"type_vocab_size", ".segments", ours.segments, 2},
        {"hidden_act", "the activation", "gelu"},
        {"layer_norm_eps", "the epsilon of norms", detail::small_number(epsilon), 1e-12},
        {"position_embedding_type", "the positions", "absolute"}};
    detail::add_labels(entries, classes);
    return entries;
  }
};

template <class Model>
requires(detail::BertShape<Model>::config.segments > 0) struct PublishedAs<Model> {
  using Family = Bert;
};

}  // namespace transfix::inline TRANSFIX_ABI::io
