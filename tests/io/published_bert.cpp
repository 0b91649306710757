// SPDX-License-Identifier: MIT
#include <transfix/io/published/distilbert.hpp>
#include <transfix/io/published/roberta.hpp>
#include <transfix/text/sequence.hpp>
#include <transfix/text/word_piece.hpp>

#include "../expression/values.hpp"
#include "published_files.hpp"

using namespace transfix;
namespace fs = std::filesystem;
using published::Folder;
using published::same_numbers;
using published::some_model;
using support::contains;
using support::message_of;

namespace {
using models::BertConfig;
constexpr BertConfig small{
    .vocabulary = 11, .context = 6, .segments = 2, .width = 8, .heads = 2, .hidden = 12, .layers = 2};
using Tagger = models::BertTagger<small, 3>;
using Classifier = models::BertClassifier<small, 4>;
using Pretraining = models::BertPretraining<small>;

std::string architecture(const fs::path& folder) {
  return published::read_json(folder / "config.json")["architectures"][0].get<std::string>();
}
}  // namespace

TEST_CASE("published bert: what is saved is loaded, bit by bit, for each head") {
  const Folder folder;
  const auto check = [&]<class Model>(std::type_identity<Model>, const char* name) {
    const auto model = some_model<Model>(1), other = some_model<Model>(2);
    io::save_published(*model, folder / "model");
    io::load_published(*other, folder / "model");
    CHECK(same_numbers(*model, *other));
    CHECK(architecture(folder / "model") == name);
  };
  check(std::type_identity<models::BertEncoder<small>>{}, "BertModel");
  check(std::type_identity<models::BertWithPooler<small>>{}, "BertModel");
  check(std::type_identity<models::BertTagger<small, 3, double>>{}, "BertForTokenClassification");
  check(std::type_identity<Classifier>{}, "BertForSequenceClassification");
  check(std::type_identity<models::BertMaskedLanguageModel<small>>{}, "BertForMaskedLM");
  check(std::type_identity<Pretraining>{}, "BertForPreTraining");
}

TEST_CASE("published bert: query, key and value are three tensors, turned") {
  const Folder folder;
  const auto model = some_model<Tagger>();
  io::save_published(*model, folder / "m.safetensors");
  const auto file = io::read_safetensors(folder / "m.safetensors");
  CHECK(file.tensors.size() == 5 + 2 * 16 + 2);
  const auto number = [&](const char* name, std::size_t place) {
    float found = 0;
    std::memcpy(&found, file.tensors.at(name).bytes.data() + place * sizeof found, sizeof found);
    return found;
  };
  const auto& fused = model->encoder.blocks.items[1].attention.query_key_value;
  CHECK(number("bert.encoder.layer.1.attention.self.query.weight", 3 * 8 + 5) == fused.weight.data[5 * 24 + 3]);
  CHECK(number("bert.encoder.layer.1.attention.self.key.weight", 3 * 8 + 5) == fused.weight.data[5 * 24 + 8 + 3]);
  CHECK(number("bert.encoder.layer.1.attention.self.value.bias", 3) == fused.bias.data[16 + 3]);
  CHECK(number("bert.encoder.layer.1.intermediate.dense.weight", 2 * 8 + 7) ==
        model->encoder.blocks.items[1].feed_forward.up.weight.data[7 * 12 + 2]);
  CHECK(file.tensors.at("bert.encoder.layer.1.output.dense.weight").shape == std::vector<std::uint64_t>{8, 12});
  CHECK(file.tensors.at("classifier.weight").shape == std::vector<std::uint64_t>{3, 8});
}

TEST_CASE("published bert: a pretrained one goes into a classifier whose head is new") {
  const Folder folder;
  const auto pretrained = some_model<Pretraining>(1);
  const auto classifier = some_model<Classifier>(2), before = some_model<Classifier>(2);
  io::save_published(*pretrained, folder.path);
  const auto message = message_of([&] { io::load_published(*classifier, folder.path); });
  CHECK(contains(message, "'classifier.weight' [4,8] is missing in the file; the model needs it for 'head.weight'"));
  CHECK(contains(message, "'cls.seq_relationship.bias' [2] is in the file, and the model has no place for it"));
  io::load_published(*classifier, folder.path, {.fresh = {"head"}, .passes_over = true});
  CHECK(same_numbers(classifier->bert, pretrained->bert));
  CHECK(same_numbers(classifier->head, before->head));
  const auto tagger = some_model<Tagger>(3);
  io::load_published(*tagger, folder.path, {.fresh = {"head"}, .passes_over = true});  // without the pooler
  CHECK(same_numbers(tagger->encoder, pretrained->bert.encoder));
}

TEST_CASE("published bert: old names of norms, no prefix, and a tied table are understood") {
  const Folder folder;
  const auto model = some_model<Pretraining>(1), other = some_model<Pretraining>(2);
  io::save_published(*model, folder / "new.safetensors");
  const auto file = io::read_safetensors(folder / "new.safetensors");
  io::detail::TensorsToWrite old;
  for (const auto& [name, tensor] : file.tensors) {
    std::string given = name;
    if (given.ends_with("LayerNorm.weight")) given.replace(given.size() - 6, 6, "gamma");
    if (given.ends_with("LayerNorm.bias")) given.replace(given.size() - 4, 4, "beta");
    const std::string_view bytes(tensor.bytes.data(), tensor.bytes.size());
    old.insert({given, tensor.dtype, io::detail::shape_text(tensor.shape), bytes});
    if (name == "bert.embeddings.word_embeddings.weight") {
      old.insert({"cls.predictions.decoder.weight", "F32", "[11,8]", bytes});
    }
  }
  io::detail::write_tensors(old, folder / "old.safetensors", {});
  io::load_published(*other, folder / "old.safetensors");
  CHECK(same_numbers(*model, *other));

  io::detail::TensorsToWrite bare;
  for (io::detail::TensorToWrite tensor : old) {
    if (!tensor.name.starts_with("bert.")) continue;
    tensor.name.erase(0, 5);
    bare.insert(std::move(tensor));
  }
  io::detail::write_tensors(bare, folder / "bare.safetensors", {});
  const auto encoder = some_model<models::BertWithPooler<small>>(2);
  io::load_published(*encoder, folder / "bare.safetensors");
  CHECK(same_numbers(*encoder, model->bert));
}

TEST_CASE("published bert: each difference of config.json is named") {
  const Folder folder;
  const auto model = some_model<Classifier>();
  io::save_published(*model, folder.path);
  auto config = published::read_json(folder / "config.json");
  CHECK(config["id2label"] == nlohmann::json{{"0", "LABEL_0"}, {"1", "LABEL_1"}, {"2", "LABEL_2"}, {"3", "LABEL_3"}});
  config["hidden_act"] = "gelu_new";
  config["type_vocab_size"] = 1;
  config["layer_norm_eps"] = 1e-5;
  config["model_type"] = "roberta";
  published::write_json(folder / "config.json", config);
  const auto message = message_of([&] { io::load_published(*model, folder.path); });
  CHECK(contains(message, "(4 differences)"));
  CHECK(contains(message, "'hidden_act' is \"gelu_new\"; the model has the activation = \"gelu\""));
  CHECK(contains(message, "'layer_norm_eps' is 1e-05; the model has the epsilon of norms = 1e-12"));
  CHECK(contains(message, "'model_type' is \"roberta\"; the model has the family = \"bert\""));
}

TEST_CASE("published bert: the tiny tagger of named entities") {
  const auto folder = published::weights("tiny_ner_bert");
  if (folder.empty()) return;
  constexpr BertConfig config{
      .vocabulary = 402, .context = 16, .segments = 2, .width = 16, .heads = 1, .hidden = 64, .layers = 1};
  using Published = models::BertTagger<config, 9>;
  const auto model = std::make_unique<Published>();
  io::load_published(*model, folder);
  const std::vector<Token> segments(16, 0);
  const auto inference = std::make_unique<Inference<Published>>(*model);

  double worst = 0;
  const auto reference = published::read_json(folder / "selfmade_reference.json");
  for (const auto& example : reference["cases"]) {
    auto tokens = example["input_ids"].get<std::vector<Token>>();
    const auto mask = example["attention_mask"].get<std::vector<Index>>();
    const Index length = std::count(mask.begin(), mask.end(), 1);
    tokens.resize(16, 0);
    const typename Published::Input input{{tokens.data()}, {segments.data()}, length};
    const auto hidden = support::values([&] { return model->encoder(input); });
    const float* found = (*inference)(input);
    for (std::size_t row = 0; row < mask.size(); ++row) {
      const auto logits = example["logits"][row].get<std::vector<double>>();
      const auto vectors = example["last_hidden_state"][row].get<std::vector<double>>();
      worst = std::max({worst, support::largest_difference(found + row * 9, logits),
                        support::largest_difference(hidden.data() + row * 16, vectors)});
    }
  }
  MESSAGE("largest difference: ", worst);
  CHECK(worst < 1e-5);

  const auto labels = published::read_json(folder / "config.json")["id2label"];
  const auto tokenizer = text::WordPiece::read_bert(folder / "vocab.txt", {.lower_case = false});
  const auto expectation = published::read_json(folder / "published_expectation.json")["published"];
  for (const auto& example : expectation) {
    std::vector<Token> tokens(16);
    const auto format = text::SequenceFormat{.begin = tokenizer.token("[CLS]"), .end = tokenizer.token("[SEP]")};
    const auto words = tokenizer.encode(example["text"].get<std::string>());
    const Index length = text::fill_sequence(words, tokens, format);
    const float* found = (*inference)({{tokens.data()}, {segments.data()}, length});
    for (const auto& entity : example["entities"]) {
      const Token token = tokenizer.token(entity[0].get<std::string>());
      const auto place = std::find(tokens.begin(), tokens.end(), token) - tokens.begin();
      REQUIRE(place < length);
      const auto likeliest = std::max_element(found + place * 9, found + place * 9 + 9) - (found + place * 9);
      CHECK(labels[std::to_string(likeliest)] == "B-" + entity[1].get<std::string>());
    }
  }
}

TEST_CASE("published distilbert: the same in its own names") {
  const Folder folder;
  constexpr BertConfig config{
      .vocabulary = 11, .context = 6, .segments = 0, .width = 8, .heads = 2, .hidden = 12, .layers = 2};
  using Words = models::BertMaskedLanguageModel<config>;
  const auto words = some_model<Words>(1), other = some_model<Words>(2);
  io::save_published(*words, folder.path);
  io::load_published(*other, folder.path);
  CHECK(same_numbers(*words, *other));
  CHECK(architecture(folder.path) == "DistilBertForMaskedLM");
  const auto file = io::read_safetensors(folder / "model.safetensors");
  CHECK(file.tensors.size() == 4 + 2 * 16 + 5);
  CHECK(file.tensors.contains("distilbert.transformer.layer.1.attention.v_lin.bias"));
  CHECK(file.tensors.contains("vocab_projector.bias"));

  const auto classifier = some_model<models::BertClassifier<config, 2>>(3);
  const auto load = [&](const std::vector<std::string>& fresh) {
    io::load_published(*classifier, folder.path, {.fresh = fresh, .passes_over = true});
  };
  CHECK(contains(message_of([&] { load({"head"}); }),
                 "'bert.pooler.weight' has no name in the files of DistilBERT; it can be .fresh"));
  load({"bert.pooler", "head"});
  CHECK(same_numbers(classifier->bert.encoder, words->encoder));
  CHECK(contains(message_of([&] { io::save_published(*classifier, folder.path); }),
                 "save the model under its own names"));
}

TEST_CASE("published roberta: positions after two rows that no text reaches, heads in its names") {
  const Folder folder;
  constexpr BertConfig config{
      .vocabulary = 11, .context = 6, .segments = 1, .width = 8, .heads = 2, .hidden = 12, .layers = 2};
  const auto check = [&]<class Model, class Family>(std::type_identity<Model>, std::type_identity<Family>) {
    const auto model = some_model<Model>(1), other = some_model<Model>(2);
    io::save_published<Family>(*model, folder.path);
    io::load_published<Family>(*other, folder.path);
    CHECK(same_numbers(*model, *other));
    return io::read_safetensors(folder / "model.safetensors");
  };
  using Words = models::BertMaskedLanguageModel<config>;
  const auto words = check(std::type_identity<Words>{}, std::type_identity<io::Roberta>{});
  CHECK(words.tensors.at("roberta.embeddings.position_embeddings.weight").shape == std::vector<std::uint64_t>{8, 8});
  CHECK(words.tensors.contains("lm_head.layer_norm.bias"));
  const auto wanted = published::read_json(folder / "config.json");
  CHECK(wanted["architectures"][0] == "RobertaForMaskedLM");
  CHECK(wanted["max_position_embeddings"] == 8);
  const auto first = some_model<Words>(1);
  float number = 0;
  std::memcpy(&number, words.tensors.at("roberta.embeddings.position_embeddings.weight").bytes.data() + 2 * 8 * 4, 4);
  CHECK(number == first->encoder.position_embedding.weight.data[0]);

  using Sequences = models::BertClassifier<config, 3>;
  const auto sequences = check(std::type_identity<Sequences>{}, std::type_identity<io::RobertaForSequences>{});
  CHECK(sequences.tensors.contains("classifier.dense.weight"));
  CHECK(sequences.tensors.contains("classifier.out_proj.bias"));
}
