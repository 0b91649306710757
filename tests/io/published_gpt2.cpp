// SPDX-License-Identifier: MIT
#include <transfix/io/published/gpt2.hpp>
#include <transfix/nn/low_rank.hpp>

#include "published_files.hpp"

using namespace transfix;
namespace fs = std::filesystem;
using published::Folder;
using published::same_numbers;
using published::some_model;
using support::contains;
using support::message_of;

namespace {
using models::GptConfig;
constexpr GptConfig small{.vocabulary = 11, .context = 6, .width = 8, .heads = 2, .layers = 3};
using Small = models::Gpt<small>;
constexpr GptConfig untied{.vocabulary = 11, .context = 6, .width = 8, .heads = 2, .layers = 2, .tied = false};

std::map<std::string, std::vector<std::uint64_t>> shapes_of(const fs::path& path) {
  std::map<std::string, std::vector<std::uint64_t>> shapes;
  for (const auto& [name, tensor] : io::read_safetensors(path).tensors) shapes[name] = tensor.shape;
  return shapes;
}
}  // namespace

TEST_CASE("published gpt2: what is saved is loaded, bit by bit") {
  const Folder folder;
  const auto check = [&]<class Model, class Family>(std::type_identity<Model>, std::type_identity<Family>) {
    const auto model = some_model<Model>(1);
    for (const fs::path& path : {folder / "model", folder / "alone.safetensors"}) {
      const auto other = some_model<Model>(2);
      io::save_published<Family>(*model, path);
      io::load_published<Family>(*other, path);
      CHECK(same_numbers(*model, *other));
    }
  };
  check(std::type_identity<Small>{}, std::type_identity<io::OwnFamily>{});
  check(std::type_identity<models::Gpt<small, double>>{}, std::type_identity<io::OwnFamily>{});
  check(std::type_identity<models::Gpt<untied>>{}, std::type_identity<io::OwnFamily>{});
  check(std::type_identity<models::Gpt<untied>>{}, std::type_identity<io::MinGpt>{});
  constexpr GptConfig bare{.vocabulary = 11, .context = 6, .width = 8, .heads = 2, .layers = 2, .bias = false};
  check(std::type_identity<models::Gpt<bare>>{}, std::type_identity<io::MinGpt>{});
}

TEST_CASE("published gpt2: names and shapes are those of transformers") {
  const Folder folder;
  io::save_published(*some_model<Small>(), folder.path);
  const auto found = shapes_of(folder / "model.safetensors");
  CHECK(found.size() == 4 + 3 * 12);  // the head is the token embedding and is not written
  CHECK(found.at("transformer.wte.weight") == std::vector<std::uint64_t>{11, 8});
  CHECK(found.at("transformer.wpe.weight") == std::vector<std::uint64_t>{6, 8});
  CHECK(found.at("transformer.h.2.attn.c_attn.weight") == std::vector<std::uint64_t>{8, 24});
  CHECK(found.at("transformer.h.2.mlp.c_fc.weight") == std::vector<std::uint64_t>{8, 32});
  CHECK(found.at("transformer.h.2.mlp.c_proj.bias") == std::vector<std::uint64_t>{8});
  CHECK(io::read_safetensors(folder / "model.safetensors").metadata.at("format") == "pt");

  io::save_published<io::MinGpt>(*some_model<models::Gpt<untied>>(), folder / "m.safetensors");
  const auto turned = shapes_of(folder / "m.safetensors");
  CHECK(turned.at("transformer.h.1.attn.c_attn.weight") == std::vector<std::uint64_t>{24, 8});
  CHECK(turned.at("lm_head.weight") == std::vector<std::uint64_t>{11, 8});
}

TEST_CASE(
    "published gpt2: tensors that do not fit are named as they are in the file, and the model keeps its numbers") {
  const Folder folder;
  constexpr GptConfig wider{.vocabulary = 11, .context = 6, .width = 12, .heads = 2, .layers = 3};
  constexpr GptConfig deeper{.vocabulary = 11, .context = 6, .width = 8, .heads = 2, .layers = 4};
  const auto path = folder / "w.safetensors";
  const auto model = some_model<Small>(1), before = some_model<Small>(1);
  const auto load = [&] { io::load_published(*model, path); };

  io::save_published(*some_model<models::Gpt<wider>>(), path);
  CHECK(contains(message_of(load),
                 "'transformer.wte.weight' is [11,12] in the file, and [11,8] is needed for "
                 "'token_embedding.weight'"));
  CHECK(contains(message_of(load), "(40 differences)"));
  io::save_published(*some_model<models::Gpt<deeper>>(), path);
  CHECK(contains(message_of(load), "(12 differences)"));
  CHECK(contains(message_of(load),
                 "'transformer.h.3.attn.c_attn.bias' [24] is in the file, and the model has no place for it"));
  CHECK(same_numbers(*model, *before));
  io::load_published(*model, path, {.passes_over = true});  // its first three blocks
  CHECK_FALSE(same_numbers(*model, *before));
  const auto larger = some_model<models::Gpt<deeper>>();
  io::save_published(*model, path);
  CHECK(contains(message_of([&] { io::load_published(*larger, path); }),
                 "'transformer.h.3.attn.c_attn.weight' [8,24] is missing in the file; the model needs it for "
                 "'blocks.3.attention.query_key_value.weight'"));
  CHECK_NOTHROW(io::load_published(*larger, path, {.fresh = {"blocks.3"}}));
  CHECK(contains(message_of([&] { io::load_published(*larger, path, {.fresh = {"blocks.4"}}); }), "'blocks.4'"));
}

TEST_CASE("published gpt2: each difference of config.json is named") {
  const Folder folder;
  const auto model = some_model<Small>();
  io::save_published(*model, folder.path);
  auto config = published::read_json(folder / "config.json");
  CHECK(config["model_type"] == "gpt2");
  CHECK(config["n_embd"] == 8);
  config["n_embd"] = 16;
  config["n_positions"] = 5;
  config["activation_function"] = "relu";
  config["layer_norm_epsilon"] = 1e-6;
  config.erase("n_layer");
  published::write_json(folder / "config.json", config);
  const auto message = message_of([&] { io::load_published(*model, folder.path); });
  CHECK(contains(message, "(5 differences)"));
  CHECK(contains(message, "'n_embd' is 16; the model has .width = 8"));
  CHECK(contains(message, "'n_positions' is 5; the model has .context = 6, which is more"));
  CHECK(contains(message, "'activation_function' is \"relu\"; the model has the activation = \"gelu_new\""));
  CHECK(contains(message, "'layer_norm_epsilon' is 1e-06; the model has the epsilon of norms = 1e-05"));
  CHECK(contains(message, "'n_layer' is not there, which means 12; the model has .layers = 3"));
  fs::remove(folder / "config.json");
  CHECK(contains(message_of([&] { io::load_published(*model, folder.path); }), "there is no config.json"));
  fs::remove(folder / "model.safetensors");
  std::ofstream(folder / "config.json") << "{}";
  std::ofstream(folder / "config.json") << "[1,";
  CHECK(contains(message_of([&] { io::load_published(*model, folder.path); }), "this is no JSON object"));
}

TEST_CASE("published gpt2: a shorter context takes the first positions") {
  const Folder folder;
  constexpr GptConfig shorter{.vocabulary = 11, .context = 4, .width = 8, .heads = 2, .layers = 3};
  const auto model = some_model<Small>(1);
  const auto part = some_model<models::Gpt<shorter>>(2);
  io::save_published(*model, folder.path);
  io::load_published(*part, folder.path);
  const std::vector<Token> tokens{1, 7, 10, 3, 0, 0};
  auto whole = published::logits(*model, {tokens.data()});
  whole.resize(4 * 11);
  const auto positions = numbers(part->position_embedding.weight);
  CHECK(std::equal(positions.begin(), positions.end(), model->position_embedding.weight.data));
  CHECK(support::largest_difference(published::logits(*part, {tokens.data()}).data(), whole) < 1e-6);
}

TEST_CASE("published gpt2: what old files hold beside the parameters") {
  const Folder folder;
  const auto model = some_model<Small>(1), other = some_model<Small>(2);
  io::save_published(*model, folder / "new.safetensors");
  const auto file = io::read_safetensors(folder / "new.safetensors");
  const auto rewrite = [&](const std::string& prefix, io::detail::TensorsToWrite more) {
    for (const auto& [name, tensor] : file.tensors) {
      more.insert({prefix + name.substr(12),
                   tensor.dtype,
                   io::detail::shape_text(tensor.shape),
                   {tensor.bytes.data(), tensor.bytes.size()}});
    }
    io::detail::write_tensors(more, folder / "old.safetensors", {});
    io::load_published(*other, folder / "old.safetensors");
  };
  const auto& embedding = file.tensors.at("transformer.wte.weight").bytes;
  std::string head(embedding.begin(), embedding.end());
  rewrite("", {{"h.0.attn.bias", "F32", "[1]", std::string_view(head).substr(0, 4)}});
  CHECK(same_numbers(*model, *other));
  rewrite("transformer.", {{"lm_head.weight", "F32", "[11,8]", head}});
  CHECK(same_numbers(*model, *other));
  head[0] ^= 1;
  CHECK(contains(message_of([&] {
                   rewrite("transformer.", {{"lm_head.weight", "F32", "[11,8]", head}});
                 }),
                 "'lm_head.weight' has other numbers than 'transformer.wte.weight'"));
}

TEST_CASE("published gpt2: weights in several files") {
  const Folder folder;
  const auto model = some_model<Small>(1), other = some_model<Small>(2);
  io::save_published(*model, folder.path);
  const auto file = io::read_safetensors(folder / "model.safetensors");
  nlohmann::json index{{"weight_map", nlohmann::json::object()}};
  std::map<std::string, io::detail::TensorsToWrite> parts;
  for (const auto& [name, tensor] : file.tensors) {
    const std::string part = parts["one"].size() < 9 ? "one" : "two";
    parts[part].insert(
        {name, tensor.dtype, io::detail::shape_text(tensor.shape), {tensor.bytes.data(), tensor.bytes.size()}});
    index["weight_map"][name] = part;
  }
  for (const auto& [name, tensors] : parts) io::detail::write_tensors(tensors, folder.path / name, {});
  fs::remove(folder / "model.safetensors");
  CHECK(contains(message_of([&] { io::load_published(*other, folder.path); }), "there is no model.safetensors"));
  published::write_json(folder / "model.safetensors.index.json", index);
  io::load_published(*other, folder.path);
  CHECK(same_numbers(*model, *other));
}

TEST_CASE("published gpt2: a model with adapters takes the weights, and gives them once they are merged") {
  const Folder folder;
  const auto model = some_model<Small>(1);
  using Adapted = models::Gpt<small, LowRank<2>>;
  const auto adapted = std::make_unique<Adapted>();
  alignas(64) static std::byte memory[static_cast<std::size_t>(frozen_bytes<Adapted>)];
  place_frozen(*adapted, memory);
  Random random(3);
  initialize(*adapted, random);
  io::save_published(*model, folder / "model");
  io::load_published(*adapted, folder / "model");
  const std::vector<Token> tokens{1, 7, 10, 3, 0, 5};
  CHECK(published::logits(*adapted, {tokens.data()}) == published::logits(*model, {tokens.data()}));
  fill(adapted->blocks.items[1].attention.projection.up, 0.5);
  const auto found = published::logits(*adapted, {tokens.data()});
  CHECK(contains(message_of([&] { io::save_published(*adapted, folder / "adapted"); }),
                 "'blocks.1.attention.projection.up'; call merge_adapters(model) first"));
  merge_adapters(*adapted);
  io::save_published(*adapted, folder / "adapted");
  io::load_published(*model, folder / "adapted");
  CHECK(support::largest_difference(found.data(), published::logits(*model, {tokens.data()})) < 1e-5);
}

TEST_CASE("published: a value for a configuration is JSON") {
  CHECK(io::ConfigValue("a \"b\"").json() == R"("a \"b\"")");
  CHECK(io::ConfigValue(0.1).json() == "0.1");
  CHECK(io::ConfigValue::from_json("[1]").json() == "[1]");
  CHECK_THROWS_WITH_AS(io::ConfigValue::from_json("[oops"),
                       "the value '[oops' for a configuration is not JSON, at its byte 2", Error);
}
