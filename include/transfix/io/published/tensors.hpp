// SPDX-License-Identifier: MIT
#pragma once
#include <deque>
#include <transfix/io/published/config.hpp>
#include <transfix/io/published/names.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// What of a published file goes into a model.
struct PublishedSettings {
  /// Parts of the model, by our names, that the file does not hold or that are to start anew, such as "head": they
  /// keep their numbers.
  std::vector<std::string> fresh = {};
  /// Whether the file may hold tensors that the model has no place for, such as the head of another task.
  bool passes_over = false;
};

/// The tensors of published files by their names.
struct PublishedTensors {
  std::string origin;  // for messages
  std::map<std::string, StoredTensor> tensors;
  std::vector<std::shared_ptr<const std::string>> files;  // what the tensors' bytes point into

  /// Adds the tensors of one file.
  void add(Safetensors file) {
    files.push_back(std::move(file.file));
    for (auto& [name, tensor] : file.tensors) tensors.try_emplace(name, std::move(tensor));
  }
};

namespace detail {
/// Whether a name is `part` or lies in it: blocks.0.norm.scale lies in blocks.0.
inline bool lies_in(std::string_view name, std::string_view part) {
  return name.starts_with(part) && (name.size() == part.size() || name[part.size()] == '.');
}

inline bool is_among(std::string_view name, const std::vector<std::string>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) { return lies_in(name, part); });
}

/// Gives the tensors today's names: old files call the numbers of a norm gamma and beta, torch.compile puts a word
/// before all names, and a model saved without its head leaves out the family's prefix.
inline void give_names_of_today(PublishedTensors& file, std::string_view prefix) {
  std::map<std::string, StoredTensor> renamed;
  for (auto& [given, tensor] : file.tensors) {
    std::string name = given;
    constexpr std::string_view compiled = "_orig_mod.";
    if (name.starts_with(compiled)) name.erase(0, compiled.size());
    if (name.ends_with("LayerNorm.gamma")) name.replace(name.size() - 5, 5, "weight");
    if (name.ends_with("LayerNorm.beta")) name.replace(name.size() - 4, 4, "bias");
    renamed.try_emplace(name, std::move(tensor));
  }
  const bool has_prefix =
      std::any_of(renamed.begin(), renamed.end(), [&](const auto& tensor) { return tensor.first.starts_with(prefix); });
  file.tensors.clear();
  for (auto& [name, tensor] : renamed) {
    file.tensors.try_emplace(has_prefix ? name : std::string(prefix) + name, std::move(tensor));
  }
}

/// The names in the file that a family's files may hold beside the parameters; says where a tied one differs.
inline bool may_be_there(const FamilyTable& family, const PublishedTensors& file, const std::string& name,
                         std::vector<std::string>& found) {
  const std::string pattern = Numbered(name).pattern;
  if (std::find(family.ignored.begin(), family.ignored.end(), pattern) != family.ignored.end()) return true;
  for (const TiedName& tied : family.tied) {
    if (pattern != tied.theirs) continue;
    const auto other = file.tensors.find(std::string(tied.same_as));
    if (other != file.tensors.end() && !std::ranges::equal(file.tensors.at(name).bytes, other->second.bytes)) {
      found.push_back(shown(name) + " has other numbers than " + shown(std::string(tied.same_as)) +
                      ", to which it is tied in the model");
    }
    return true;
  }
  return false;
}

/// How a model and published tensors disagree, a sentence each, in the published names.
inline std::vector<std::string> published_differences(const PublishedView& model, const PublishedTensors& file,
                                                      const PublishedSettings& settings) {
  std::vector<std::string> found;
  std::set<std::string> extra;
  for (const auto& [name, tensor] : file.tensors) extra.insert(name);
  for (const PublishedPart& part : model.parts) {
    extra.erase(part.name);
    if (is_among(part.ours, settings.fresh)) continue;
    const auto place = file.tensors.find(part.name);
    if (place == file.tensors.end()) {
      found.push_back(shown(part.name) + " " + shape_text(part.shape) + " is missing in the file; the model needs it " +
                      "for " + shown(part.ours));
    } else if (!part.fits(place->second.shape)) {
      found.push_back(shown(part.name) + " is " + shape_text(place->second.shape) + " in the file, and " +
                      shape_text(part.shape) + " is needed for " + shown(part.ours));
    } else if (!is_convertible(place->second.dtype)) {
      found.push_back(shown(part.name) + " has dtype " + place->second.dtype + ", which is not F32, F64, F16 or BF16");
    }
  }
  for (const auto& name : model.unnamed) {
    if (is_among(name, settings.fresh)) continue;
    found.push_back(shown(name) + " has no name in the files of " + std::string(model.family.name) +
                    "; it can be .fresh");
  }
  for (const auto& name : extra) {
    if (may_be_there(model.family, file, name, found) || settings.passes_over) continue;
    found.push_back(shown(name) + " " + shape_text(file.tensors.at(name).shape) +
                    " is in the file, and the model has no place for it");
  }
  return found;
}

inline void check_fresh(const std::vector<OwnTensor>& model, const PublishedSettings& settings) {
  for (const std::string& part : settings.fresh) {
    if (std::none_of(model.begin(), model.end(), [&](const auto& own) { return lies_in(own.name, part); })) {
      fail(".fresh names ", shown(part), ", which is no part of the model; see its names");
    }
  }
}

template <class Scalar>
void take(const PublishedPart& part, const StoredTensor& tensor, Scalar* numbers) {
  const auto bits = static_cast<std::size_t>(dtype_bits(tensor.dtype));
  if (part.is_plain()) {
    return convert(StoredTensor{tensor.dtype, tensor.shape, tensor.bytes.first(part.count() * bits / 8)}, numbers);
  }
  std::vector<Scalar> theirs(tensor.bytes.size() * 8 / bits);
  convert(tensor, theirs.data());
  part.for_each_number([&](std::size_t here, std::size_t there) { numbers[here] = theirs[there]; });
}

/// Fills a model, whose parameters have these bytes, from published tensors; or fails and leaves it as it was.
inline void load_tensors(const PublishedView& model, const std::vector<char*>& bytes, PublishedTensors file,
                         const PublishedSettings& settings) {
  check_fresh(model.own, settings);
  give_names_of_today(file, model.family.prefix);
  fail_if_any(published_differences(model, file, settings), file.origin,
              "the file does not fit the model as " + std::string(model.family.name));
  for (const PublishedPart& part : model.parts) {
    if (is_among(part.ours, settings.fresh)) continue;
    const StoredTensor& tensor = file.tensors.at(part.name);
    char* const numbers = bytes[part.parameter];
    if (model.own[part.parameter].dtype == dtype_of<float>()) {
      take(part, tensor, reinterpret_cast<float*>(numbers));
    } else {
      take(part, tensor, reinterpret_cast<double*>(numbers));
    }
  }
}

/// The numbers of a model under published names; they live as long as this and the model.
struct PublishedCopy {
  TensorsToWrite tensors;
  std::deque<std::string> turned;  // numbers that lie otherwise than in the model
};

/// Fails where a model computes with adapters that published files cannot hold.
inline void check_merged(const PublishedView& model, const std::vector<const char*>& bytes) {
  for (std::size_t i = 0; i < model.own.size(); ++i) {
    const OwnTensor& own = model.own[i];
    if (!own.is_adapter() || own.name.ends_with(".down")) continue;
    if (std::any_of(bytes[i], bytes[i] + own.count * own.width(), [](char byte) { return byte != 0; })) {
      fail("published files of ", model.family.name, " have no low-rank adapters such as ", shown(own.name),
           "; call merge_adapters(model) first, or save the adapters with io::save");
    }
  }
}

/// The tensors of a model, whose parameters have these bytes, as its family publishes them.
inline PublishedCopy publish(const PublishedView& model, const std::vector<const char*>& bytes) {
  check_merged(model, bytes);
  if (!model.unnamed.empty()) {
    fail("the parameter ", shown(model.unnamed.front()), " has no name in the files of ", model.family.name,
         "; save the model under its own names with io::save");
  }
  PublishedCopy copy;
  for (const PublishedPart& part : model.parts) {
    const OwnTensor& own = model.own[part.parameter];
    const char* const ours = bytes[part.parameter];
    const std::size_t width = own.width();
    std::string_view theirs(ours, part.count() * width);
    if (!part.is_plain()) {
      std::string& turned = copy.turned.emplace_back(part.count() * width, '\0');
      part.for_each_number([&](std::size_t here, std::size_t there) {
        std::memcpy(turned.data() + there * width, ours + here * width, width);
      });
      theirs = turned;
    }
    copy.tensors.insert({part.name, own.dtype, shape_text(part.shape), theirs});
  }
  return copy;
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
