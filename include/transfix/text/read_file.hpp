// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/file.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// The whole text of a file, byte for byte: no line ending is changed.
inline std::string read_file(const std::filesystem::path& path) {
  std::string text = io::read_bytes(path);
  if (text.empty()) fail(path.string(), ": the file is empty; give one with text in it");
  return text;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
