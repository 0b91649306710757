// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// A Unicode code point, or stray_byte + b for a byte b that is not part of valid UTF-8. So any bytes
/// are a sequence of symbols, and the symbols written out again are those bytes.
using Symbol = std::uint32_t;
inline constexpr Symbol stray_byte = 0x110000;
inline constexpr Symbol symbol_limit = stray_byte + 256;

/// Reads the symbol at `position` and moves `position` behind it.
constexpr Symbol read_symbol(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t ahead) { return static_cast<unsigned char>(text[position + ahead]); };
  const Symbol first = byte(0);
  if (first < 0x80) return ++position, first;
  const std::size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
  const bool fits = length > 1 && length <= text.size() - position;
  Symbol symbol = first & (0x7Fu >> length);
  bool valid = fits;
  for (std::size_t ahead = 1; valid && ahead < length; ++ahead) {
    valid = (byte(ahead) & 0xC0) == 0x80;
    symbol = symbol << 6 | (byte(ahead) & 0x3Fu);
  }
  // Neither a longer form than needed, nor a surrogate, nor beyond the last code point.
  valid = valid && !(length == 3 && (symbol < 0x800 || (symbol >= 0xD800 && symbol < 0xE000))) &&
          !(length == 4 && (symbol < 0x10000 || symbol >= stray_byte));
  position += valid ? length : 1;
  return valid ? symbol : stray_byte + first;
}

/// Adds the bytes of a symbol to a text.
inline void append_symbol(std::string& text, Symbol symbol) {
  const auto append = [&](Symbol byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (symbol >= stray_byte) return append(symbol - stray_byte);
  if (symbol < 0x80) return append(symbol);
  const int continuations = symbol < 0x800 ? 1 : symbol < 0x10000 ? 2 : 3;
  append((0xFF00u >> (continuations + 1) & 0xFFu) | symbol >> (6 * continuations));
  for (int left = continuations - 1; left >= 0; --left) append(0x80u | (symbol >> (6 * left) & 0x3Fu));
}

/// The number in upper-case hexadecimal, with at least `digits` digits.
inline std::string hexadecimal(std::uint32_t number, int digits) {
  std::string text;
  for (; number != 0 || digits > 0; number >>= 4, --digits) text.insert(text.begin(), "0123456789ABCDEF"[number & 15]);
  return text;
}

/// A symbol for people to read: 'é' (U+00E9).
inline std::string describe_symbol(Symbol symbol) {
  if (symbol >= stray_byte) return "the byte 0x" + hexadecimal(symbol - stray_byte, 2) + " (not valid UTF-8)";
  const bool control = symbol < 0x20 || (symbol >= 0x7F && symbol < 0xA0);
  std::string text = control ? "the control character " : "'";
  if (!control) append_symbol(text, symbol);
  return text + (control ? "U+" : "' (U+") + hexadecimal(symbol, 4) + (control ? "" : ")");
}

}  // namespace transfix::inline TRANSFIX_ABI::text
