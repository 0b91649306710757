// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <optional>
#include <transfix/text/utf8.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

namespace detail {
/// A visible character for each byte, as the files of GPT-2 write them: printable Latin-1 is itself, and the
/// other bytes are U+0100 and what follows, in their order; so a space is U+0120.
inline constexpr std::array<Symbol, 256> byte_alphabet = [] {
  std::array<Symbol, 256> alphabet{};
  Symbol other = 0x100;
  for (Symbol byte = 0; byte < 256; ++byte) {
    const bool printable = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    alphabet[byte] = printable ? byte : other++;
  }
  return alphabet;
}();
}  // namespace detail

/// Any bytes in the visible characters of GPT-2's files.
inline std::string in_byte_alphabet(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) append_symbol(text, detail::byte_alphabet[static_cast<unsigned char>(byte)]);
  return text;
}

/// The bytes that `in_byte_alphabet` wrote as this text, or nothing where a character is not of the alphabet.
inline std::optional<std::string> from_byte_alphabet(std::string_view text) {
  static constexpr std::array<int, 0x144> byte_of = [] {
    std::array<int, 0x144> bytes{};
    bytes.fill(-1);
    for (int byte = 0; byte < 256; ++byte) bytes[detail::byte_alphabet[static_cast<std::size_t>(byte)]] = byte;
    return bytes;
  }();
  std::string bytes;
  for (std::size_t position = 0; position < text.size();) {
    const Symbol symbol = read_symbol(text, position);
    if (symbol >= byte_of.size() || byte_of[symbol] < 0) return std::nullopt;
    bytes += static_cast<char>(byte_of[symbol]);
  }
  return bytes;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
