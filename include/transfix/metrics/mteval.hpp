// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/metrics/text.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t place = text.find(from); place != text.npos; place = text.find(from, place + to.size())) {
    text.replace(place, from.size(), to);
  }
}

/// Sets spaces around the second or the first of two neighbours; a neighbour that was used up starts no further pair.
template <class First, class Second>
std::string space_pairs(const std::string& text, First first, Second second, bool around_second) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = i + 1 < text.size() && first(text[i]) && second(text[i + 1]);
    if (pair && !around_second) result += ' ';
    result += text[i];
    if (!pair) continue;
    result += ' ';
    result += text[++i];
    if (around_second) result += ' ';
  }
  return result;
}

/// The words that "13a" finds, joined by single spaces: NIST's mteval-v13a script as sacreBLEU reads it. Punctuation
/// stands alone, but for period and comma between digits and for the dash that follows no digit; the four most frequent
/// entities of XML are undone, and words cut at the end of a line are joined.
inline std::string tokenize_mteval(std::string text) {
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");

  static constexpr std::string_view alone = "{|}~[\\]^_`!\"#$%&()*+:;<=>?@/";
  std::string spaced = " ";
  for (const char byte : text) {
    if (alone.find(byte) == alone.npos) {
      spaced += byte;
    } else {
      spaced.append({' ', byte, ' '});
    }
  }
  spaced += ' ';

  const auto digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  const auto other = [&](char byte) { return !digit(byte); };
  const auto point = [](char byte) { return byte == '.' || byte == ','; };
  spaced = space_pairs(spaced, other, point, true);
  spaced = space_pairs(spaced, point, other, false);
  spaced = space_pairs(
      spaced, digit, [](char byte) { return byte == '-'; }, true);
  return join(words_of(spaced), " ");
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
