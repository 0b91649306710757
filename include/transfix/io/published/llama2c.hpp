// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <transfix/io/published/llama.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// Llama as Meta and llama2.c name it in their PyTorch checkpoints. Its rotary pairs are neighbours.
struct MetaLlama {
  static constexpr std::string_view name = "Meta's Llama";
  static constexpr std::string_view prefix = "";
  static constexpr std::array<PublishedName, 12> names{{
      {"token_embedding", "tok_embeddings"},
      {"blocks.*.attention_norm", "layers.*.attention_norm"},
      {"blocks.*.attention.query", "layers.*.attention.wq", Layout::transposed_pairs},
      {"blocks.*.attention.key", "layers.*.attention.wk", Layout::transposed_pairs},
      {"blocks.*.attention.value", "layers.*.attention.wv", Layout::transposed},
      {"blocks.*.attention.projection", "layers.*.attention.wo", Layout::transposed},
      {"blocks.*.feed_forward_norm", "layers.*.ffn_norm"},
      {"blocks.*.feed_forward.gate", "layers.*.feed_forward.w1", Layout::transposed},
      {"blocks.*.feed_forward.down", "layers.*.feed_forward.w2", Layout::transposed},
      {"blocks.*.feed_forward.up", "layers.*.feed_forward.w3", Layout::transposed},
      {"norm", "norm"},
      {"head", "output", Layout::transposed},
  }};
  static constexpr std::array<TiedName, 1> tied{{{"output.weight", "tok_embeddings.weight"}}};
  static constexpr std::array<std::string_view, 1> ignored{"rope.freqs"};

  template <class Model>
  static constexpr detail::PairOrder pair_order() {
    return detail::llama_pair_order<Model>(RotaryPairs::neighbours);
  }

  /// The parameters in Meta's params.json and in llama2.c's header, in its order.
  template <class Model>
  static std::vector<ConfigEntry> config() {
    constexpr auto& ours = Model::config;
    static_assert(ours.rotary_base == 10000, "files of llama2.c have the rotary base 10000");
    static_assert(ours.experts == 1, "files of llama2.c have no experts");
    return config(ours);
  }
  static std::vector<ConfigEntry> config(const models::LlamaConfig& ours) {
    return {{"dim", ".width", ours.width},
            {"hidden_dim", ".hidden", ours.hidden},
            {"n_layers", ".layers", ours.layers},
            {"n_heads", ".heads", ours.heads},
            {"n_kv_heads", ".key_heads", ours.key_heads},
            {"vocab_size", ".vocabulary", ours.vocabulary},
            {"max_seq_len", ".context", ours.context, nullptr, Match::at_least}};
  }
};

namespace detail {
/// The header of llama2.c's first file format: seven numbers of 32 bits. A negative vocab_size says that the head has
/// numbers of its own.
struct Llama2cHeader {
  static constexpr Index count = 7, bytes = count * Index{sizeof(std::int32_t)};
  std::int32_t width, hidden, layers, heads, key_heads, vocabulary, context;

  bool is_tied() const { return vocabulary > 0; }
  bool is_sound() const {
    return width > 0 && hidden > 0 && layers > 0 && heads > 0 && key_heads > 0 && vocabulary != 0 &&
           vocabulary != INT32_MIN && context > 0 && width % heads == 0 && heads % key_heads == 0;
  }
  nlohmann::json as_config() const {
    return {{"dim", width},          {"hidden_dim", hidden},    {"n_layers", layers},
            {"n_heads", heads},      {"n_kv_heads", key_heads}, {"vocab_size", std::abs(vocabulary)},
            {"max_seq_len", context}};
  }

  /// Calls visit(name, shape) for each tensor of the file, in its order; an empty name is a table of rotary angles.
  void for_each_tensor(auto&& visit) const {
    const auto d = static_cast<std::uint64_t>(width), h = static_cast<std::uint64_t>(hidden);
    const auto v = static_cast<std::uint64_t>(std::abs(vocabulary)), t = static_cast<std::uint64_t>(context);
    const auto head = d / static_cast<std::uint64_t>(heads), k = head * static_cast<std::uint64_t>(key_heads);
    using Shape = std::vector<std::uint64_t>;
    const auto in_all_layers = [&](const std::string& part, const Shape& shape) {
      for (Index layer = 0; layer < layers; ++layer) visit("layers." + std::to_string(layer) + part, shape);
    };
    visit(std::string("tok_embeddings.weight"), Shape{v, d});
    in_all_layers(".attention_norm.weight", {d});
    in_all_layers(".attention.wq.weight", {d, d});
    in_all_layers(".attention.wk.weight", {k, d});
    in_all_layers(".attention.wv.weight", {k, d});
    in_all_layers(".attention.wo.weight", {d, d});
    in_all_layers(".ffn_norm.weight", {d});
    in_all_layers(".feed_forward.w1.weight", {h, d});
    in_all_layers(".feed_forward.w2.weight", {d, h});
    in_all_layers(".feed_forward.w3.weight", {h, d});
    visit(std::string("norm.weight"), Shape{d});
    visit(std::string(), Shape{t, head / 2});  // cosines
    visit(std::string(), Shape{t, head / 2});  // sines
    if (!is_tied()) visit(std::string("output.weight"), Shape{v, d});
  }
};

inline Llama2cHeader read_llama2c_header(std::string_view file, const std::string& name) {
  constexpr std::string_view newer = "24ka";  // the number "ak42" as it lies in memory
  if (file.starts_with(newer)) {
    fail(name, ": this is a newer format of llama2.c; export the model with its --version 0");
  }
  Llama2cHeader header{};
  if (file.size() >= static_cast<std::size_t>(Llama2cHeader::bytes)) {
    std::memcpy(&header, file.data(), sizeof header);
  }
  if (!header.is_sound()) {
    fail(name, ": this is not a model file of llama2.c: it does not begin with its seven sizes; check the path");
  }
  return header;
}
}  // namespace detail

namespace detail {
template <class Model>
std::vector<std::string> llama2c_differences(const Llama2cHeader& header) {
  auto found = config_differences(header.as_config(), MetaLlama::config<Model>());
  if (header.is_tied() != Model::config.tied) {
    found.push_back(std::string("the head is ") + (header.is_tied() ? "" : "not ") + "tied in the file");
  }
  return found;
}
}  // namespace detail

/// How the header of a model file of llama2.c and a model differ, a sentence for each difference.
template <class Model>
std::vector<std::string> compare_llama2c(const std::filesystem::path& path) {
  return detail::llama2c_differences<Model>(detail::read_llama2c_header(read_bytes(path), path.string()));
}

/// Reads a model file of llama2.c (Karpathy 2023; the format of its run.c) into a model of its sizes. On failure the
/// model is as it was.
template <models::LlamaConfig Config, class Stored>
void load_llama2c(models::Llama<Config, Stored>& model, const std::filesystem::path& path,
                  const PublishedSettings& settings = {}) {
  const auto file = std::make_shared<const std::string>(read_bytes(path));
  const auto header = detail::read_llama2c_header(*file, path.string());
  detail::fail_if_any(detail::llama2c_differences<models::Llama<Config, Stored>>(header), path.string(),
                      "its header describes another model");

  PublishedTensors tensors{path.string(), {}, {file}};
  std::size_t offset = static_cast<std::size_t>(detail::Llama2cHeader::bytes);
  header.for_each_tensor([&](const std::string& name, const std::vector<std::uint64_t>& shape) {
    std::size_t bytes = sizeof(float);
    for (const std::uint64_t extent : shape) bytes *= static_cast<std::size_t>(extent);
    if (file->size() - offset < bytes) {
      fail(path.string(), ": the file ends after ", file->size(),
           " bytes, in the middle of its tensors; copy it again");
    }
    if (!name.empty()) tensors.tensors[name] = {"F32", shape, std::span<const char>(*file).subspan(offset, bytes)};
    offset += bytes;
  });
  if (offset != file->size()) {
    fail(path.string(), ": the file has ", file->size(), " bytes, and its header accounts for ", offset,
         "; copy it again");
  }
  detail::load_tensors(detail::view_as<MetaLlama>(std::as_const(model)), detail::own_bytes<char>(model),
                       std::move(tensors), settings);
}

/// Writes a model as llama2.c's run.c reads it.
template <models::LlamaConfig Config>
void save_llama2c(const models::Llama<Config, float>& model, const std::filesystem::path& path) {
  static_assert(Config.rotary_base == 10000 && Config.experts == 1, "llama2.c has no such models");
  const auto copy = detail::publish(detail::view_as<MetaLlama>(model), detail::own_bytes<const char>(model));
  std::map<std::string, std::string_view> bytes;
  for (const auto& tensor : copy.tensors) bytes[tensor.name] = tensor.bytes;

  constexpr auto number = [](Index size) { return static_cast<std::int32_t>(size); };
  const detail::Llama2cHeader header{
      number(Config.width),  number(Config.hidden),    number(Config.layers),
      number(Config.heads),  number(Config.key_heads), number(Config.tied ? Config.vocabulary : -Config.vocabulary),
      number(Config.context)};
  std::vector<float> angles[2];
  constexpr Index half = Config.width / Config.heads / 2;
  for (Index place = 0; place < Config.context * half; ++place) {
    const double speed = std::pow(10000.0, -static_cast<double>(place % half) / static_cast<double>(half));
    const double angle = static_cast<double>(place / half) * speed;
    angles[0].push_back(static_cast<float>(std::cos(angle)));
    angles[1].push_back(static_cast<float>(std::sin(angle)));
  }
  std::vector<std::string_view> pieces{{reinterpret_cast<const char*>(&header), sizeof header}};
  const auto* table = angles;
  header.for_each_tensor([&](const std::string& name, const std::vector<std::uint64_t>&) {
    if (name.empty()) {
      pieces.emplace_back(reinterpret_cast<const char*>(table->data()), table->size() * sizeof(float));
      ++table;
    } else {
      pieces.push_back(bytes.at(name));
    }
  });
  write_atomically(path, pieces);
}

}  // namespace transfix::inline TRANSFIX_ABI::io
