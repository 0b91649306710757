// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cmath>
#include <cstring>
#include <set>
#include <transfix/io/safetensors_reader.hpp>
#include <transfix/io/save.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = half & 0x8000u, exponent = half >> 10 & 31u, fraction = half & 0x3FFu;
  if (exponent == 0) return std::copysign(static_cast<float>(fraction) * 0x1p-24f, sign != 0 ? -1.0f : 1.0f);
  const std::uint32_t rebiased = exponent == 31 ? 255 : exponent + (127 - 15);
  return std::bit_cast<float>(sign << 16 | rebiased << 23 | fraction << 13);
}

/// Calls widen(number) on each number of a tensor in the file.
template <class Stored, class Scalar>
void convert(std::span<const char> bytes, Scalar* numbers, auto widen) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(Stored); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    numbers[i] = static_cast<Scalar>(widen(stored));
  }
}

inline bool is_convertible(std::string_view dtype) {
  return dtype == "F32" || dtype == "F64" || dtype == "F16" || dtype == "BF16";
}

template <class Scalar>
void convert(const StoredTensor& tensor, Scalar* numbers) {
  const auto same = [](auto stored) { return stored; };
  if (tensor.dtype == "F32") return convert<float>(tensor.bytes, numbers, same);
  if (tensor.dtype == "F64") return convert<double>(tensor.bytes, numbers, same);
  if (tensor.dtype == "F16") return convert<std::uint16_t>(tensor.bytes, numbers, half_to_float);
  convert<std::uint16_t>(tensor.bytes, numbers,
                         [](std::uint16_t stored) { return std::bit_cast<float>(std::uint32_t{stored} << 16); });
}

/// How a model and a file disagree, one sentence each. A file may hold more than the frozen parameters of a model.
inline std::vector<std::string> differences(const std::vector<OwnTensor>& model, const Safetensors& file, Parts parts) {
  std::vector<std::string> found;
  std::set<std::string> extra;
  for (const auto& [name, tensor] : file.tensors) extra.insert(name);
  for (const OwnTensor& own : model) {
    extra.erase(own.name);
    const auto place = file.tensors.find(own.name);
    if (place == file.tensors.end()) {
      found.push_back(shown(own.name) + " " + shape_text(own.shape) + " is missing in the file");
    } else if (!std::ranges::equal(place->second.shape, own.shape)) {
      found.push_back(shown(own.name) + " is " + shape_text(own.shape) + " in the model and " +
                      shape_text(place->second.shape) + " in the file");
    } else if (!is_convertible(place->second.dtype)) {
      found.push_back(shown(own.name) + " has dtype " + place->second.dtype + ", which is not F32, F64, F16 or BF16");
    }
  }
  if (parts == Parts::frozen) extra.clear();
  for (const auto& name : extra) {
    found.push_back(shown(name) + " " + shape_text(file.tensors.at(name).shape) + " is in the file only");
  }
  return found;
}

/// Fails where the file does not hold what the model needs.
inline void check_fit(const std::vector<OwnTensor>& model, const Safetensors& file, Parts parts,
                      const std::filesystem::path& path) {
  const auto found = differences(model, file, parts);
  if (found.empty()) return;
  constexpr std::size_t listed = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(listed, found.size()); ++i) list += "\n  " + found[i];
  if (found.size() > listed) list += "\n  and " + std::to_string(found.size() - listed) + " more";
  fail(path.string(), ": the file does not fit the model (", found.size(),
       " differences); load it into a model of the type that was saved:", list);
}
template <class Model>
void check_fit(const Model& model, const Safetensors& file, Parts parts, const std::filesystem::path& path) {
  check_fit(own_tensors(model, parts), file, parts, path);
}

inline void take(const std::vector<OwnTensor>& model, const std::vector<char*>& bytes, const Safetensors& file) {
  for (std::size_t i = 0; i < model.size(); ++i) {
    const StoredTensor& tensor = file.tensors.at(model[i].name);
    if (model[i].dtype == dtype_of<float>()) {
      convert(tensor, reinterpret_cast<float*>(bytes[i]));
    } else {
      convert(tensor, reinterpret_cast<double*>(bytes[i]));
    }
  }
}
template <class Model>
void take(Model& model, const Safetensors& file, Parts parts) {
  take(own_tensors(model, parts), own_bytes<char>(model, parts), file);
}
}  // namespace detail

/// Reads the parameters of a model from a safetensors file, of any float type, and returns the file's
/// metadata. On failure the model is as it was.
template <class Model>
Metadata load(Model& model, const std::filesystem::path& path, Parts parts = Parts::all) {
  Safetensors file = read_safetensors(path);
  detail::check_fit(model, file, parts, path);
  detail::take(model, file, parts);
  return std::move(file.metadata);
}

}  // namespace transfix::inline TRANSFIX_ABI::io
