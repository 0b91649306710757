// SPDX-License-Identifier: MIT
#include <chrono>
#include <transfix/generate/generate.hpp>
#include <transfix/io/published/llama2c.hpp>
#include <transfix/text/read_file.hpp>
#include <transfix/text/score_pairs.hpp>

#include "published_files.hpp"

using namespace transfix;
namespace fs = std::filesystem;
using published::Folder;
using published::same_numbers;
using published::some_model;
using support::contains;
using support::message_of;

namespace {
using models::Llama;
using models::LlamaConfig;
constexpr LlamaConfig halves{
    .vocabulary = 11, .context = 6, .width = 16, .hidden = 20, .heads = 4, .key_heads = 2, .layers = 2};
constexpr LlamaConfig neighbours = [] {
  LlamaConfig config = halves;
  config.pairs = RotaryPairs::neighbours;
  return config;
}();
constexpr LlamaConfig tied = [] {
  LlamaConfig config = neighbours;
  config.tied = true;
  return config;
}();
constexpr LlamaConfig experts = [] {
  LlamaConfig config = halves;
  config.experts = 3;
  return config;
}();
const std::vector<Token> tokens{1, 7, 10, 3, 0, 5};
}  // namespace

TEST_CASE("published llama: what is saved is loaded, bit by bit") {
  const Folder folder;
  const auto check = [&]<class Model>(std::type_identity<Model>) {
    const auto model = some_model<Model>(1), other = some_model<Model>(2);
    io::save_published(*model, folder / "model");
    io::load_published(*other, folder / "model");
    CHECK(same_numbers(*model, *other));
  };
  check(std::type_identity<Llama<halves>>{});
  check(std::type_identity<Llama<neighbours>>{});
  check(std::type_identity<Llama<tied, double>>{});
  check(std::type_identity<Llama<experts>>{});
}

TEST_CASE("published llama: models of both rotary pairs compute the same from one file") {
  const Folder folder;
  const auto model = some_model<Llama<halves>>(1);
  const auto other = some_model<Llama<neighbours>>(2);
  const auto wanted = published::logits(*model, {tokens.data()});
  io::save_published(*model, folder / "model");
  io::load_published(*other, folder / "model");
  CHECK_FALSE(std::ranges::equal(numbers(model->blocks.items[0].attention.key.weight),
                                 numbers(other->blocks.items[0].attention.key.weight)));
  CHECK(support::largest_difference(published::logits(*other, {tokens.data()}).data(), wanted) < 1e-5);

  const auto again = some_model<Llama<halves>>(3);
  io::save_llama2c(*model, folder / "model.bin");
  io::load_llama2c(*other, folder / "model.bin");
  CHECK(support::largest_difference(published::logits(*other, {tokens.data()}).data(), wanted) < 1e-5);
  io::load_llama2c(*again, folder / "model.bin");
  CHECK(same_numbers(*model, *again));
  io::save_published<io::MetaLlama>(*model, folder / "meta.safetensors");
  io::load_published<io::MetaLlama>(*other, folder / "meta.safetensors");
  CHECK(support::largest_difference(published::logits(*other, {tokens.data()}).data(), wanted) < 1e-5);
}

TEST_CASE("published llama: names and shapes are those of transformers, each difference is named") {
  const Folder folder;
  const auto model = some_model<Llama<halves>>();
  io::save_published(*model, folder.path);
  const auto file = io::read_safetensors(folder / "model.safetensors");
  CHECK(file.tensors.size() == 3 + 2 * 9);
  const auto shape = [&](const char* name) { return file.tensors.at(name).shape; };
  CHECK(shape("model.layers.1.self_attn.k_proj.weight") == std::vector<std::uint64_t>{8, 16});
  CHECK(shape("model.layers.1.mlp.down_proj.weight") == std::vector<std::uint64_t>{16, 20});
  CHECK(shape("lm_head.weight") == std::vector<std::uint64_t>{11, 16});
  auto config = published::read_json(folder / "config.json");
  config["rope_theta"] = 500000.0;
  config["rms_norm_eps"] = 1e-6;
  config["num_key_value_heads"] = 4;
  config["rope_scaling"] = {{"rope_type", "linear"}};
  published::write_json(folder / "config.json", config);
  const auto message = message_of([&] { io::load_published(*model, folder.path); });
  CHECK(contains(message, "(4 differences)"));
  CHECK(contains(message, "'rope_theta' is 500000.0; the model has .rotary_base = 10000"));
  CHECK(contains(message, "'rms_norm_eps' is 1e-06; the model has the epsilon of norms = 1e-05"));
  CHECK(contains(message, "'num_key_value_heads' is 4; the model has .key_heads = 2"));
  CHECK(contains(message, "'rope_scaling' is {\"rope_type\":\"linear\"}; the model has scaled positions = null"));
}

TEST_CASE("published llama: rotary settings in an object of their own, and heads that are not there") {
  const Folder folder;
  constexpr LlamaConfig plain{
      .vocabulary = 11, .context = 6, .width = 16, .hidden = 20, .heads = 4, .key_heads = 4, .layers = 2};
  const auto model = some_model<Llama<plain>>();
  io::save_published(*model, folder.path);
  auto config = published::read_json(folder / "config.json");
  for (const char* name : {"rope_theta", "rope_type", "rope_scaling", "num_key_value_heads"}) config.erase(name);
  config["rope_parameters"] = {{"rope_theta", 10000.0}, {"rope_type", "default"}};
  published::write_json(folder / "config.json", config);
  CHECK(io::compare_published<Llama<plain>>(folder.path).empty());
  CHECK(io::compare_published<Llama<halves>>(folder.path) ==
        std::vector<std::string>{"'num_key_value_heads' is not there, which means 4; the model has .key_heads = 2"});
  config["rope_parameters"] = {{"rope_theta", 500000.0}, {"rope_type", "llama3"}};
  published::write_json(folder / "config.json", config);
  CHECK(io::compare_published<Llama<plain>>(folder.path).size() == 2);
}

TEST_CASE("published llama: files of llama2.c") {
  const Folder folder;
  const auto path = folder / "model.bin";
  const auto model = some_model<Llama<tied>>(1), other = some_model<Llama<tied>>(2),
             before = some_model<Llama<tied>>(2);
  io::save_llama2c(*model, path);
  const std::string file = io::read_bytes(path);
  CHECK(file.size() == 4 * (7 + static_cast<std::size_t>(parameter_count<Llama<tied>>) + 2 * 6 * 2));
  io::load_llama2c(*other, path);
  CHECK(same_numbers(*model, *other));

  const auto refuses = [&](const std::string& contents, const char* sentence) {
    std::ofstream(path, std::ios::binary) << contents;
    const auto kept = some_model<Llama<tied>>(2);
    CHECK(contains(message_of([&] { io::load_llama2c(*kept, path); }), sentence));
    CHECK(same_numbers(*kept, *before));
  };
  refuses(file.substr(0, file.size() - 1), "in the middle of its tensors");
  refuses(file + "x", "and its header accounts for");
  refuses(file.substr(0, 20), "does not begin with its seven sizes");
  refuses("", "does not begin with its seven sizes");
  refuses("24ka" + file, "newer format of llama2.c");
  refuses('\x20' + file.substr(1), "'dim' is 32; the model has .width = 16");
  std::string untied = file;
  const std::int32_t vocabulary = -11;
  std::memcpy(untied.data() + 20, &vocabulary, 4);
  refuses(untied, "the head is not tied in the file");
}

TEST_CASE("published llama: stories260K writes the published text") {
  const auto folder = published::weights("stories260K");
  if (folder.empty()) return;
  using Stories = Llama<LlamaConfig{.vocabulary = 512,
                                    .context = 512,
                                    .width = 64,
                                    .hidden = 172,
                                    .heads = 8,
                                    .key_heads = 4,
                                    .layers = 5,
                                    .tied = true,
                                    .pairs = RotaryPairs::neighbours}>;
  const auto model = std::make_unique<Stories>();
  io::load_llama2c(*model, folder / "stories260K.bin");
  const auto tokenizer = text::read_llama2c_tokenizer(folder / "tok512.bin");
  const Token begin = tokenizer.token(tokenizer.special().begin);
  const auto start = std::chrono::steady_clock::now();
  const auto written = generate(*model, std::vector<Token>{begin}, {.tokens = 256, .temperature = 0});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(tokenizer.decode(written) + "\n" == text::read_file(folder / "expected_greedy.txt"));
  MESSAGE("tokens a second: ", 256 / seconds.count());

  const auto story = tokenizer.decode(written);
  CHECK(tokenizer.encode(story) == std::vector<Token>(written.begin() + 1, written.end()));
}
