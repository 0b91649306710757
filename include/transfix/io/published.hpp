// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/published/tensors.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// The family under whose names a model is published: `using Family = ...`. Each header in io/published says it for its
/// models. A family has
///   name                  for messages
///   prefix                which all names but those of the head begin with
///   names                 its table, rows of PublishedName
///   tied, ignored         what files may hold beside it
///   config<Model>()       the members of config.json, a list of ConfigEntry
template <class Model>
struct PublishedAs {};

/// Stands for the family that PublishedAs tells.
struct OwnFamily {};

namespace detail {
template <class Family, class Model>
struct ChosenFamily {
  using Type = Family;
};
template <class Model>
struct ChosenFamily<OwnFamily, Model> {
  static_assert(
      requires { typename PublishedAs<Model>::Family; },
      "no published names are known for this model: include its header in transfix/io/published");
  using Type = typename PublishedAs<Model>::Family;
};

/// The tensors of a folder: one file, or several with an index of what is where.
inline PublishedTensors read_published(const std::filesystem::path& path) {
  PublishedTensors found{path.string(), {}, {}};
  std::error_code unknown;
  if (!std::filesystem::is_directory(path, unknown)) {
    found.add(read_safetensors(path));
    return found;
  }
  const auto single = path / "model.safetensors", index = path / "model.safetensors.index.json";
  if (std::filesystem::exists(single, unknown)) {
    found.add(read_safetensors(single));
  } else if (std::filesystem::exists(index, unknown)) {
    const auto document = read_config(index);
    std::set<std::string> files;
    const auto places = document.value("weight_map", nlohmann::json::object());
    for (const auto& [name, file] : places.items()) {
      if (file.is_string()) files.insert(file.get<std::string>());
    }
    if (files.empty()) fail(index.string(), ": it names no files in \"weight_map\"; copy it again");
    for (const auto& file : files) found.add(read_safetensors(path / std::filesystem::path(file).filename()));
  } else {
    fail(path.string(),
         ": there is no model.safetensors in this folder; if it holds pytorch_model.bin, convert it with ",
         "transformers: AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)");
  }
  return found;
}
}  // namespace detail

/// How the config.json of a folder of published weights and a model differ, a sentence for each difference; none where
/// load_published will take the folder. It tells which of several models a folder is for.
template <class Model, class Family = OwnFamily>
std::vector<std::string> compare_published(const std::filesystem::path& folder) {
  using Chosen = typename detail::ChosenFamily<Family, Model>::Type;
  const auto config = folder / "config.json";
  std::error_code unknown;
  if (!std::filesystem::exists(config, unknown)) {
    fail(folder.string(), ": there is no config.json in this folder; copy it there, or name the weights file itself");
  }
  return detail::config_differences(detail::read_config(config), Chosen::template config<Model>());
}

/// Reads published weights into a model. `path` is a folder as transformers and the Hugging Face hub have it, whose
/// config.json is compared with the model first, or a safetensors file alone. Numbers of F16, BF16, F32 and F64 become
/// the model's. On failure the model is as it was, and the message names each difference.
///   io::load_published(model, "gpt2");
///   io::load_published(classifier, "bert-base-uncased", {.fresh = {"head"}, .passes_over = true});
template <class Family = OwnFamily, class Model>
void load_published(Model& model, const std::filesystem::path& path, const PublishedSettings& settings = {}) {
  using Chosen = typename detail::ChosenFamily<Family, Model>::Type;
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    detail::fail_if_any(compare_published<Model, Chosen>(path), (path / "config.json").string(),
                        "it describes another model");
  }
  detail::load_tensors(detail::view_as<Chosen>(std::as_const(model)), detail::own_bytes<char>(model),
                       detail::read_published(path), settings);
}

/// Writes a model under published names, for transformers and PyTorch to open: model.safetensors and config.json into
/// a folder, which is made where it is missing; or, where `path` ends in .safetensors, that file alone.
template <class Family = OwnFamily, class Model>
void save_published(const Model& model, const std::filesystem::path& path) {
  using Chosen = typename detail::ChosenFamily<Family, Model>::Type;
  auto copy = detail::publish(detail::view_as<Chosen>(model), detail::own_bytes<const char>(model));
  const bool is_file = path.extension() == ".safetensors";
  if (!is_file) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) fail(path.string(), ": the folder cannot be made (", error.message(), "); choose another path");
  }
  detail::write_tensors(copy.tensors, is_file ? path : path / "model.safetensors", {{"format", "pt"}});
  if (!is_file) detail::write_config(path / "config.json", Chosen::template config<Model>());
}

}  // namespace transfix::inline TRANSFIX_ABI::io
