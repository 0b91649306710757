// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <transfix/metrics/text.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

/// Capitals first, first + step, ..., last, each `offset` before its small letter.
struct Capitals {
  int first, last, step, offset;
};

/// The capitals of Latin as Europe and Vietnam write it, of Greek and of Cyrillic.
inline constexpr Capitals capitals[] = {
    {0x41, 0x5A, 1, 32},   {0xC0, 0xD6, 1, 32},     {0xD8, 0xDE, 1, 32},
    {0x100, 0x12E, 2, 1},  {0x132, 0x136, 2, 1},    {0x139, 0x147, 2, 1},
    {0x14A, 0x176, 2, 1},  {0x178, 0x178, 1, -121}, {0x179, 0x17D, 2, 1},
    {0x1A0, 0x1A4, 2, 1},  {0x1AF, 0x1AF, 1, 1},    {0x1CD, 0x1DB, 2, 1},
    {0x1DE, 0x1EE, 2, 1},  {0x1F8, 0x21E, 2, 1},    {0x222, 0x232, 2, 1},
    {0x386, 0x386, 1, 38}, {0x388, 0x38A, 1, 37},   {0x38C, 0x38C, 1, 64},
    {0x38E, 0x38F, 1, 63}, {0x391, 0x3A1, 1, 32},   {0x3A3, 0x3AB, 1, 32},
    {0x400, 0x40F, 1, 80}, {0x410, 0x42F, 1, 32},   {0x460, 0x480, 2, 1},
    {0x48A, 0x4BE, 2, 1},  {0x4C0, 0x4C0, 1, 15},   {0x4C1, 0x4CD, 2, 1},
    {0x4D0, 0x52E, 2, 1},  {0x1E00, 0x1E94, 2, 1},  {0x1E9E, 0x1E9E, 1, 0xDF - 0x1E9E},
    {0x1EA0, 0x1EFE, 2, 1}};

/// The bytes of a symbol below 0x10000.
inline std::string utf8(int symbol) {
  const auto last = static_cast<char>(0x80 | (symbol & 0x3F));
  if (symbol < 0x80) return {static_cast<char>(symbol)};
  if (symbol < 0x800) return {static_cast<char>(0xC0 | symbol >> 6), last};
  return {static_cast<char>(0xE0 | symbol >> 12), static_cast<char>(0x80 | (symbol >> 6 & 0x3F)), last};
}

/// The text with small letters for `capitals`; all else stays, bytes that are not valid UTF-8 too. So does the dotted I
/// of Turkish, whose small letter depends on the language; a sigma becomes that of the middle of a word.
inline std::string lowercase(std::string_view text) {
  std::string result;
  for (const std::string_view character : characters_of(text)) {
    const auto size = std::min<std::size_t>(character.size(), 4);
    int symbol = static_cast<unsigned char>(character[0]) & (size == 1 ? 0xFF : 0x7F >> size);
    for (const char byte : character.substr(1, 2)) symbol = symbol << 6 | (byte & 0x3F);
    const auto found = std::ranges::find_if(capitals, [&](const Capitals& run) {
      return symbol >= run.first && symbol <= run.last && (symbol - run.first) % run.step == 0;
    });
    if (found != std::end(capitals) && utf8(symbol) == character) {
      result += utf8(symbol + found->offset);
    } else {
      result += character;
    }
  }
  return result;
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
