// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <initializer_list>
#include <set>
#include <span>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/io/file.hpp>
#include <transfix/io/own_tensors.hpp>
#include <transfix/io/safetensors_format.hpp>
#include <transfix/text/utf8.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {
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

/// Adds the parameters of a model, their names after a prefix. Not through own_tensors, whose lists take the compiler
/// half a second more where a program only saves.
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
/// `blocks.0.attention.bias`. The file is replaced as a whole, or on failure left as it was. A process that is killed
/// meanwhile leaves an unfinished file beside it: see remove_unfinished in io/file.hpp.
template <class Model>
void save(const Model& model, const std::filesystem::path& path, const Metadata& metadata = {},
          Parts parts = Parts::all) {
  detail::TensorsToWrite tensors;
  detail::add_tensors(tensors, model, "", parts);
  detail::write_tensors(tensors, path, metadata);
}

}  // namespace transfix::inline TRANSFIX_ABI::io
