// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <transfix/data/augment/sequence.hpp>
#include <transfix/data/lines.hpp>
#include <transfix/text/escape.hpp>
#include <transfix/text/words.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// What may stand in the place of each element.
template <class Element>
using Synonyms = std::map<Element, std::vector<Element>>;

/// Reads a table of synonyms: each line is a word, a tab and its synonyms with white space between them. Empty lines
/// are skipped. The table is not turned round: what is to be replaced stands before the tab. Fails with file and line
/// where a line has no tab or no synonym, and on a word that has a line already.
inline Synonyms<std::string> read_synonyms(const std::filesystem::path& path) {
  Synonyms<std::string> synonyms;
  for (LineReader reader(path); reader.next();) {
    const std::string_view line = reader.line();
    if (line.empty()) continue;
    const auto tab = line.find('\t');
    if (tab == line.npos || tab == 0) {
      reader.refuse("the line is not a word, a tab and its synonyms: ", text::shown(line));
    }
    const auto others = text::split_words(line.substr(tab + 1), text::WordRule::white_space);
    if (others.empty()) reader.refuse("after ", text::shown(line.substr(0, tab)), " and the tab stands no synonym");
    const bool added = synonyms.try_emplace(std::string(line.substr(0, tab)), others.begin(), others.end()).second;
    if (!added) {
      reader.refuse("the word ", text::shown(line.substr(0, tab)), " has a line already; put its synonyms together");
    }
  }
  if (synonyms.empty())
    fail(path.string(), ": the table of synonyms is empty; each line is a word, a tab and synonyms");
  return synonyms;
}

/// The same table on other elements, such as tokens: find(word) gives the optional element of a word. Words without one
/// are left out; fails where nothing is left.
///
///   encoded(table, [&](const std::string& word) { return vocabulary.find(word); })
template <class Find>
auto encoded(const Synonyms<std::string>& words, Find&& find) {
  using Element = typename std::remove_cvref_t<decltype(find(std::string()))>::value_type;
  Synonyms<Element> synonyms;
  for (const auto& [word, others] : words) {
    const auto element = find(word);
    if (!element) continue;
    for (const auto& other : others) {
      if (const auto synonym = find(other)) synonyms[*element].push_back(*synonym);
    }
  }
  if (synonyms.empty()) {
    fail("of ", words.size(), " words with synonyms none is in the vocabulary together with one of its synonyms; ",
         "write both as the vocabulary does, in small letters for instance");
  }
  return synonyms;
}

/// Puts one of its synonyms, chosen at random, in the place of each word that has some, with the probability `share`
/// (Zhang et al. 2015; Wei & Zou 2019).
template <class Element>
struct ReplaceWords {
  Synonyms<Element> synonyms;
  double share = 0;

  static constexpr bool moves = false;
  void check() const { check_share("ReplaceWords", share); }

  void operator()(Sequence<Element>& sequence, Random& random) const {
    if (share == 0) return;
    for (Index place = 0; place < sequence.length; ++place) {
      if (!sequence.is_word(place)) continue;
      const auto found = synonyms.find(sequence[place]);
      if (found == synonyms.end() || found->second.empty() || random.uniform() >= share) continue;
      const auto& others = found->second;
      sequence[place] = others[static_cast<std::size_t>(random.below(std::ssize(others)))];
    }
  }
};
template <class Element>
ReplaceWords(Synonyms<Element>, double) -> ReplaceWords<Element>;

}  // namespace transfix::inline TRANSFIX_ABI::data
