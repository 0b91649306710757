// SPDX-License-Identifier: MIT
#pragma once
#include <optional>
#include <transfix/text/utf8.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Any bytes as valid UTF-8: a backslash is written `\\`, and a byte that is not valid UTF-8 `\x` and two
/// digits, as in `\xFF`.
inline std::string escaped(std::string_view bytes) {
  std::string text;
  for (std::size_t position = 0; position < bytes.size();) {
    const Symbol symbol = read_symbol(bytes, position);
    if (symbol >= stray_byte) {
      text += "\\x" + hexadecimal(symbol - stray_byte, 2);
    } else {
      if (symbol == '\\') text += '\\';
      append_symbol(text, symbol);
    }
  }
  return text;
}

/// The bytes that `escaped` wrote as this text, or nothing where it never writes such a text.
inline std::optional<std::string> unescaped(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string bytes;
  for (std::size_t position = 0; position < text.size(); ++position) {
    if (text[position] != '\\') {
      bytes += text[position];
    } else if (text.substr(position + 1, 1) == "x" && position + 3 < text.size()) {
      bytes += static_cast<char>(digits.find(text[position + 2]) << 4 | digits.find(text[position + 3]));
      position += 3;
    } else {
      bytes += '\\';
      ++position;
    }
  }
  if (escaped(bytes) != text) return std::nullopt;
  return bytes;
}

/// Foreign bytes for a message: short, and without control characters.
inline std::string shown(std::string_view bytes) {
  std::string text;
  for (std::size_t position = 0; position < bytes.size();) {
    if (text.size() > 60) return "'" + text + "...'";
    const Symbol symbol = read_symbol(bytes, position);
    if (symbol < 0x20 || symbol == 0x7F || symbol >= stray_byte) {
      text += "\\x" + hexadecimal(symbol < stray_byte ? symbol : symbol - stray_byte, 2);
    } else {
      append_symbol(text, symbol);
    }
  }
  return "'" + text + "'";
}

}  // namespace transfix::inline TRANSFIX_ABI::text
