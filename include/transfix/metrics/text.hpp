// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <transfix/core/shape.hpp>
#include <unordered_map>
#include <vector>

// Texts as the published scores of translations see them: words between white space, characters of UTF-8, and runs
// of either.

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

using Views = std::vector<std::string_view>;

/// The characters of a UTF-8 text; a byte that continues no character belongs to the one before it.
inline Views characters_of(std::string_view text) {
  Views characters;
  for (std::size_t start = 0, end = 0; start < text.size(); start = end) {
    do ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
    characters.push_back(text.substr(start, end - start));
  }
  return characters;
}

/// Whether a character is white space in Unicode, or one of the four separators of ASCII.
inline bool is_space(std::string_view character) {
  if (character.size() == 1) {
    const char byte = character[0];
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || (byte >= '\x1C' && byte <= '\x1F');
  }
  static constexpr std::string_view spaces[] = {"\u0085", "\u00A0", "\u1680", "\u2028",
                                                "\u2029", "\u202F", "\u205F", "\u3000"};
  return std::ranges::find(spaces, character) != std::end(spaces) || (character >= "\u2000" && character <= "\u200A");
}

/// The words of a text: what lies between white space.
inline Views words_of(std::string_view text) {
  Views words;
  bool inside = false;
  for (const std::string_view character : characters_of(text)) {
    const bool space = is_space(character);
    if (!space && inside) words.back() = {words.back().data(), words.back().size() + character.size()};
    if (!space && !inside) words.push_back(character);
    inside = !space;
  }
  return words;
}

inline std::string join(const Views& parts, std::string_view between) {
  std::string text;
  for (const std::string_view part : parts) {
    if (!text.empty()) text += between;
    text += part;
  }
  return text;
}

/// Runs of parts and how often each occurs.
using Counts = std::unordered_map<std::string_view, Index>;

/// Counts the runs of `length` parts that follow one another in a text.
inline Counts count_runs(const Views& parts, Index length) {
  Counts counts;
  const auto last = static_cast<std::size_t>(length - 1);
  for (std::size_t first = 0; first + last < parts.size(); ++first) {
    const char* const begin = parts[first].data();
    const char* const end = parts[first + last].data() + parts[first + last].size();
    ++counts[std::string_view(begin, static_cast<std::size_t>(end - begin))];
  }
  return counts;
}

/// How many runs there are in all.
inline Index total_of(const Counts& counts) {
  Index total = 0;
  for (const auto& [run, count] : counts) total += count;
  return total;
}

/// How many runs two texts have in common, each as often as in the one that has fewer.
inline Index matches_of(const Counts& ours, const Counts& theirs) {
  Index matches = 0;
  for (const auto& [run, count] : ours) {
    const auto found = theirs.find(run);
    if (found != theirs.end()) matches += std::min(count, found->second);
  }
  return matches;
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
