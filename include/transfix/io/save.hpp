// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <bit>
#include <concepts>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <span>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/core/members.hpp>
#include <transfix/io/file.hpp>
#include <transfix/io/safetensors_format.hpp>
#include <transfix/text/utf8.hpp>
#include <vector>

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

/// The extents of a shape as the file format counts.
template <class Shape>
std::span<const std::uint64_t> extents_of() {
  static constexpr auto extents = [] {
    std::array<std::uint64_t, std::size_t{Shape::rank}> numbers{};
    for (Index axis = 0; axis < Shape::rank; ++axis) {
      numbers[static_cast<std::size_t>(axis)] = static_cast<std::uint64_t>(Shape::extent(axis));
    }
    return numbers;
  }();
  return extents;
}

inline std::string shape_text(std::span<const std::uint64_t> extents) {
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

/// The text as JSON, which is UTF-8.
inline std::string json_text(const std::string& content) {
  std::string quoted = "\"";
  for (std::size_t position = 0; position < content.size();) {
    const text::Symbol symbol = text::read_symbol(content, position);
    if (symbol >= text::stray_byte) {
      fail("the metadata ", shown(content),
           " is not UTF-8, which a safetensors file cannot hold; encode it as text first");
    }
    if (symbol < 0x20) {
      quoted += "\\u" + text::hexadecimal(symbol, 4);
    } else {
      if (symbol == '"' || symbol == '\\') quoted += '\\';
      text::append_symbol(quoted, symbol);
    }
  }
  return quoted += '"';
}

/// A tensor on its way to a file.
struct TensorToWrite {
  std::string name;
  std::string_view dtype;
  std::string shape;
  std::string_view bytes;

  /// The order of the format's reference writer: wide numbers first, so that all are aligned, then by name.
  bool operator<(const TensorToWrite& other) const {
    return dtype != other.dtype ? dtype > other.dtype : name < other.name;
  }
};
using TensorsToWrite = std::set<TensorToWrite>;

/// Adds the parameters of a model, their names after a prefix.
template <class Model>
void add_tensors(TensorsToWrite& tensors, const Model& model, const std::string& prefix, Parts parts) {
  const auto add = [&](const Path& way, std::string_view dtype, std::span<const std::uint64_t> extents,
                       const void* numbers, std::size_t bytes) {
    tensors.insert({prefix + written(way), dtype, shape_text(extents), {static_cast<const char*>(numbers), bytes}});
  };
  for_each_parameter(model, [&]<class Shape, class Stored>(const Path& way, const Parameter<Shape, Stored>& parameter) {
    using Scalar = Computed<Stored>;
    if (is_among<Parameter<Shape, Stored>>(parts)) {
      add(way, dtype_of<Scalar>(), extents_of<Shape>(), parameter.data, sizeof(Scalar) * std::size_t{Shape::size});
    }
  });
}

inline void write_tensors(const TensorsToWrite& tensors, const std::filesystem::path& path, const Metadata& metadata) {
  std::string header;
  const auto add = [&](std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces) header += piece;
  };
  for (const auto& [key, value] : metadata) {
    add({header.empty() ? "{\"__metadata__\":{" : ",", json_text(key), ":", json_text(value)});
  }
  if (!metadata.empty()) add({"}"});
  std::size_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    const std::size_t end = offset + tensor.bytes.size();
    add({header.empty() ? "{" : ",", json_text(tensor.name), ":{\"dtype\":\"", tensor.dtype,
         "\",\"shape\":", tensor.shape, ",\"data_offsets\":[", std::to_string(offset), ",", std::to_string(end), "]}"});
    offset = end;
  }
  add({header.empty() ? "{}" : "}"});
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
  detail::TensorsToWrite tensors;
  detail::add_tensors(tensors, model, "", parts);
  detail::write_tensors(tensors, path, metadata);
}

}  // namespace transfix::inline TRANSFIX_ABI::io
