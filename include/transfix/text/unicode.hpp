// SPDX-License-Identifier: MIT
#pragma once
#include <utf8proc.h>

#include <transfix/text/utf8.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// The general category of a symbol, by the Unicode version of the installed utf8proc. A byte that is not
/// valid UTF-8 has that of an unassigned code point.
inline utf8proc_category_t category(Symbol symbol) {
  return symbol < stray_byte ? utf8proc_category(static_cast<utf8proc_int32_t>(symbol)) : UTF8PROC_CATEGORY_CN;
}

/// \p{L}
inline bool is_letter(Symbol symbol) {
  const auto found = category(symbol);
  return found >= UTF8PROC_CATEGORY_LU && found <= UTF8PROC_CATEGORY_LO;
}

/// \p{N}
inline bool is_number(Symbol symbol) {
  const auto found = category(symbol);
  return found >= UTF8PROC_CATEGORY_ND && found <= UTF8PROC_CATEGORY_NO;
}

/// Unicode's property White_Space.
constexpr bool is_white_space(Symbol symbol) {
  if (symbol < 0x80) return symbol == ' ' || (symbol >= '\t' && symbol <= '\r');
  return symbol == 0x85 || symbol == 0xA0 || symbol == 0x1680 || (symbol >= 0x2000 && symbol <= 0x200A) ||
         symbol == 0x2028 || symbol == 0x2029 || symbol == 0x202F || symbol == 0x205F || symbol == 0x3000;
}

/// \p{P}, and in ASCII everything that is seen and neither letter nor digit: what BERT takes for punctuation.
inline bool is_punctuation(Symbol symbol) {
  if (symbol < 0x80) {
    const Symbol small = symbol | 0x20u;
    return symbol > ' ' && symbol < 0x7F && !(symbol >= '0' && symbol <= '9') && !(small >= 'a' && small <= 'z');
  }
  const auto found = category(symbol);
  return found >= UTF8PROC_CATEGORY_PC && found <= UTF8PROC_CATEGORY_PO;
}

/// Control and format characters (Cc, Cf) but for the tabulator and the line ends.
inline bool is_control(Symbol symbol) {
  if (symbol < 0x80) return (symbol < 0x20 && symbol != '\t' && symbol != '\n' && symbol != '\r') || symbol == 0x7F;
  const auto found = category(symbol);
  return found == UTF8PROC_CATEGORY_CC || found == UTF8PROC_CATEGORY_CF;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
