// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>
#include <set>
#include <transfix/core/members.hpp>
#include <transfix/io/safetensors_reader.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// Which parameters of a model a file holds. A fine-tuned model loads its frozen ones from the pretrained file, and
/// saves its trained ones, an adapter for instance, to a small file of their own.
enum class Parts { all, frozen, trained };

namespace detail {
template <class Parameter>
constexpr bool is_among(Parts parts) {
  return parts == Parts::all || (parts == Parts::trained) == Parameter::trained;
}

static_assert(std::endian::native == std::endian::little,
              "safetensors files are read and written as they lie in memory");

template <class Scalar>
constexpr std::string_view dtype_of() {
  static_assert(std::same_as<Scalar, float> || std::same_as<Scalar, double>, "parameters are float or double");
  return std::same_as<Scalar, float> ? "F32" : "F64";
}

template <class Shape>
std::vector<std::uint64_t> extents_of() {
  std::vector<std::uint64_t> extents;
  for (Index axis = 0; axis < Shape::rank; ++axis) extents.push_back(static_cast<std::uint64_t>(Shape::extent(axis)));
  return extents;
}

inline std::string shape_text(const std::vector<std::uint64_t>& extents) {
  std::string text = "[";
  for (const std::uint64_t extent : extents) {
    if (text.size() > 1) text += ',';
    text += std::to_string(extent);
  }
  return text + "]";
}

inline std::string written(const Path& path) {
  std::string name;
  path.write([&](std::string_view piece) { name += piece; });
  return name;
}

inline std::string json_text(const std::string& text) {
  using nlohmann::json;
  const std::string quoted = json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  if (json::parse(quoted).get_ref<const std::string&>() != text) {
    fail("the metadata ", shown(text), " is not UTF-8, which a safetensors file cannot hold; encode it as text first");
  }
  return quoted;
}

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
template <class Model>
std::vector<std::string> differences(const Model& model, const Safetensors& file, Parts parts) {
  std::vector<std::string> found;
  std::set<std::string> extra;
  for (const auto& [name, tensor] : file.tensors) extra.insert(name);
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path& path, const Parameter<Shape, Stored>&) {
    if (!is_among<Parameter<Shape, Stored>>(parts)) return;
    const std::string name = written(path);
    const auto expected = extents_of<Shape>();
    extra.erase(name);
    const auto place = file.tensors.find(name);
    if (place == file.tensors.end()) {
      found.push_back(shown(name) + " " + shape_text(expected) + " is missing in the file");
    } else if (place->second.shape != expected) {
      found.push_back(shown(name) + " is " + shape_text(expected) + " in the model and " +
                      shape_text(place->second.shape) + " in the file");
    } else if (!is_convertible(place->second.dtype)) {
      found.push_back(shown(name) + " has dtype " + place->second.dtype + ", which is not F32, F64, F16 or BF16");
    }
  });
  if (parts == Parts::frozen) extra.clear();
  for (const auto& name : extra) {
    found.push_back(shown(name) + " " + shape_text(file.tensors.at(name).shape) + " is in the file only");
  }
  return found;
}
}  // namespace detail

namespace detail {
/// A tensor on its way to a file.
struct TensorToWrite {
  std::string name;
  std::string_view dtype;
  std::string shape;
  std::string_view bytes;
};

/// Adds the parameters of a model, their names after a prefix.
template <class Model>
void add_tensors(std::vector<TensorToWrite>& tensors, const Model& model, const std::string& prefix, Parts parts) {
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path& way, const Parameter<Shape, Stored>& parameter) {
    using Scalar = Computed<Stored>;
    if (!is_among<Parameter<Shape, Stored>>(parts)) return;
    tensors.push_back({prefix + written(way),
                       dtype_of<Scalar>(),
                       shape_text(extents_of<Shape>()),
                       {reinterpret_cast<const char*>(parameter.data), sizeof(Scalar) * std::size_t{Shape::size}}});
  });
}

inline void write_tensors(std::vector<TensorToWrite> tensors, const std::filesystem::path& path,
                          const Metadata& metadata) {
  // The order of the format's reference writer: wide numbers first, so that all are aligned, then by name.
  std::sort(tensors.begin(), tensors.end(), [](const TensorToWrite& a, const TensorToWrite& b) {
    return a.dtype != b.dtype ? a.dtype > b.dtype : a.name < b.name;
  });

  std::string header;
  const auto add = [&](const auto&... pieces) { ((header += pieces), ...); };
  for (const auto& [key, value] : metadata) {
    add(header.empty() ? "{\"__metadata__\":{" : ",", json_text(key), ":", json_text(value));
  }
  if (!metadata.empty()) add("}");
  std::size_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    add(header.empty() ? "{" : ",", json_text(tensor.name), ":{\"dtype\":\"", tensor.dtype,
        "\",\"shape\":", tensor.shape, ",\"data_offsets\":[", std::to_string(offset), ",");
    offset += tensor.bytes.size();
    add(std::to_string(offset), "]}");
  }
  add(header.empty() ? "{}" : "}");
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > largest_header) {
    fail(path.string(), ": the header would have ", header.size(), " bytes, more than the format's ", largest_header,
         "; keep less metadata");
  }

  std::string length;
  for (int byte = 0; byte < 8; ++byte) length += static_cast<char>(header.size() >> (8 * byte) & 0xFF);
  std::vector<std::string_view> pieces{length, header};
  for (const TensorToWrite& tensor : tensors) pieces.push_back(tensor.bytes);
  write_atomically(path, pieces);
}
}  // namespace detail

/// Writes the parameters of a model to a safetensors file under the names of their members, such as
/// `blocks.0.attention.bias`. The file is replaced as a whole, or on failure left as it was.
template <class Model>
void save(const Model& model, const std::filesystem::path& path, const Metadata& metadata = {},
          Parts parts = Parts::all) {
  std::vector<detail::TensorToWrite> tensors;
  detail::add_tensors(tensors, model, "", parts);
  detail::write_tensors(std::move(tensors), path, metadata);
}

namespace detail {
/// Fails where the file does not hold what the model needs.
template <class Model>
void check_fit(const Model& model, const Safetensors& file, Parts parts, const std::filesystem::path& path) {
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
void take(Model& model, const Safetensors& file, Parts parts) {
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path& way, Parameter<Shape, Stored>& parameter) {
    if (is_among<Parameter<Shape, Stored>>(parts)) convert(file.tensors.at(written(way)), parameter.data);
  });
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
