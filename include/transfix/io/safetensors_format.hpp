// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI::io {

/// Free notes in a model file: an alphabet, a learning rate, a date.
using Metadata = std::map<std::string, std::string>;

namespace detail {
inline constexpr std::uint64_t largest_header = 100'000'000;

/// Text out of a foreign file, fit for a message: short, and without control characters.
inline std::string shown(std::string text) {
  if (text.size() > 64) text.replace(40, text.size() - 60, "...");
  for (char& character : text) {
    if (static_cast<unsigned char>(character) < 0x20 || character == 0x7F) character = '?';
  }
  return "'" + text + "'";
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
