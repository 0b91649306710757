// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/io/file.hpp>
#include <transfix/io/safetensors_header.hpp>
#include <tuple>

namespace transfix::inline TRANSFIX_ABI::io {

/// A tensor in a file: row-major, little-endian.
struct StoredTensor {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::span<const char> bytes;
};

/// A checked safetensors file: its tensors by name, and its notes.
struct Safetensors {
  Metadata metadata;
  std::map<std::string, StoredTensor> tensors;
  std::shared_ptr<const std::string> file;  // what the tensors' bytes point into
};

namespace detail {
/// Bits of a number, 0 for an unknown dtype.
constexpr int dtype_bits(std::string_view dtype) {
  constexpr std::pair<std::string_view, int> known[] = {
      {"F32", 32},        {"F64", 64},    {"F16", 16},    {"BF16", 16},   {"I64", 64},    {"I32", 32},
      {"I16", 16},        {"I8", 8},      {"U64", 64},    {"U32", 32},    {"U16", 16},    {"U8", 8},
      {"BOOL", 8},        {"C64", 64},    {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
      {"F8_E5M2FNUZ", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4}};
  for (const auto& [name, bits] : known) {
    if (name == dtype) return bits;
  }
  return 0;
}

/// The bytes of a tensor, or nothing if they are not a whole number below 2^64.
inline std::optional<std::uint64_t> byte_count(const SafetensorsHeader::Entry& entry) {
  auto product = static_cast<std::uint64_t>(dtype_bits(*entry.dtype));
  for (const std::uint64_t extent : *entry.shape) {
    if (extent != 0 && product > ~std::uint64_t{0} / extent) return std::nullopt;
    product *= extent;
  }
  return product % 8 == 0 ? std::optional(product / 8) : std::nullopt;
}

/// The length of all tensors, which must lie one behind the other without a gap.
inline std::uint64_t check_layout(const std::map<std::string, SafetensorsHeader::Entry>& entries,
                                  const std::string& name) {
  std::vector<std::tuple<std::uint64_t, std::uint64_t, std::string_view>> places;
  for (const auto& [tensor, entry] : entries) {
    const std::uint64_t begin = entry.offsets->front(), end = entry.offsets->back();
    places.emplace_back(begin, end, tensor);
    if (dtype_bits(*entry.dtype) == 0) {
      fail(name, ": the tensor ", shown(tensor), " has the unknown dtype ", shown(*entry.dtype),
           "; write it with another one, such as F32");
    }
    const auto bytes = byte_count(entry);
    if (!bytes || end < begin || end - begin != *bytes) {
      fail(name, ": the data_offsets ", begin, " and ", end, " of the tensor ", shown(tensor),
           " do not fit its shape and dtype; the file is damaged, write it again");
    }
  }
  std::sort(places.begin(), places.end());
  std::uint64_t expected = 0;
  for (const auto& [begin, end, tensor] : places) {
    if (begin != expected) {
      fail(name, ": the tensor ", shown(std::string(tensor)), " begins at byte ", begin,
           " of the data, but the one before it ", "ends at ", expected, "; the file is damaged, write it again");
    }
    expected = end;
  }
  return expected;
}
}  // namespace detail

/// Reads a file in the safetensors format and checks all of it; `name` stands for the file in messages.
/// White space before the header's brace is let pass, as the format's reference reader does.
inline Safetensors parse_safetensors(std::string contents, const std::string& name) {
  const std::uint64_t size = contents.size();
  if (size < 8) fail(name, ": the file has ", size, " bytes, too few for a safetensors file; copy it again");
  std::uint64_t length = 0;
  for (std::size_t byte = 8; byte-- > 0;) length = length << 8 | static_cast<unsigned char>(contents[byte]);
  if (length > detail::largest_header) {
    fail(name, ": the header would have ", length, " bytes, more than the format's ", detail::largest_header,
         "; this is not a safetensors file");
  }
  if (length > size - 8) {
    fail(name, ": the file ends after ", size, " bytes but its header alone needs ", length + 8,
         ": it is truncated, or not a safetensors file; copy it again");
  }

  const auto text = std::string_view(contents).substr(8, static_cast<std::size_t>(length));
  const auto start = text.find_first_not_of(" \t\r\n");
  // The JSON parser would take a zero byte for the end, and skip a byte order mark.
  if (start == text.npos || text[start] != '{' || text.find('\0') != text.npos) {
    fail(name, ": the header is not a JSON object; this is not a safetensors file");
  }
  detail::SafetensorsHeader header(text);
  if (!header.problem.empty()) {
    fail(name, ": ", header.problem, "; the file is damaged, write it again");
  }

  const std::uint64_t promised = detail::check_layout(header.entries, name);
  const std::uint64_t present = size - 8 - length;
  if (present < promised) {
    fail(name, ": the file ends after ", size, " bytes but its header promises ", 8 + length + promised,
         ": it is truncated; copy it again");
  }
  if (present > promised) {
    fail(name, ": the file has ", size, " bytes but its header accounts for only ", 8 + length + promised,
         "; something was added to it, write it again");
  }

  Safetensors result{std::move(header.metadata), {}, std::make_shared<const std::string>(std::move(contents))};
  const auto data = std::span<const char>(*result.file).subspan(static_cast<std::size_t>(8 + length));
  for (auto& [tensor, entry] : header.entries) {
    const auto begin = static_cast<std::size_t>(entry.offsets->front());
    const auto end = static_cast<std::size_t>(entry.offsets->back());
    result.tensors.try_emplace(
        tensor, StoredTensor{std::move(*entry.dtype), std::move(*entry.shape), data.subspan(begin, end - begin)});
  }
  return result;
}

inline Safetensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_bytes(path), path.string());
}

}  // namespace transfix::inline TRANSFIX_ABI::io
