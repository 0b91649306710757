// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <charconv>
#include <transfix/data/lines.hpp>
#include <transfix/text/escape.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A word with its universal part of speech and that of its own tag set.
struct TaggedWord {
  std::string form, upos, xpos;
};

/// The words of a sentence and the line of the file where the first one stands.
struct TaggedSentence {
  std::vector<TaggedWord> words;
  Index line = 0;
};

namespace detail {
/// The ten columns of a line of CoNLL-U.
inline std::array<std::string_view, 10> conll_u_columns(const LineReader& lines) {
  std::array<std::string_view, 10> columns;
  std::string_view rest = lines.line();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const bool last = column == columns.size() - 1;
    columns[column] = rest.substr(0, rest.find('\t'));
    if (columns[column].empty() || last != (columns[column].size() == rest.size())) {
      lines.refuse("a line of a word has 10 columns with a tab between them, and none is empty; here it is ",
                   text::shown(lines.line()));
    }
    rest.remove_prefix(std::min(rest.size(), columns[column].size() + 1));
  }
  return columns;
}

/// The whole number that is all of a text, or -1.
inline Index whole_number(std::string_view text) {
  Index number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}
}  // namespace detail

/// Reads a treebank in CoNLL-U (Universal Dependencies): of each word the form, UPOS and XPOS, which are columns 2, 4
/// and 5. Comments, multiword ranges such as 3-4 and empty nodes such as 8.1 are skipped. Fails with file and line
/// where a line has not ten columns or words are not numbered 1, 2, ...
inline std::vector<TaggedSentence> read_conll_u(const std::filesystem::path& path) {
  std::vector<TaggedSentence> sentences;
  bool inside = false;
  for (LineReader lines(path); lines.next();) {
    if (lines.line().empty()) inside = false;
    if (lines.line().empty() || lines.line().starts_with('#')) continue;
    const auto columns = detail::conll_u_columns(lines);
    const Index next = inside ? std::ssize(sentences.back().words) + 1 : 1;
    const std::string_view id = columns[0];
    const auto mark = id.find_first_of("-.");
    const Index first = detail::whole_number(id.substr(0, mark));
    if (mark != id.npos) {
      const Index second = detail::whole_number(id.substr(mark + 1));
      const bool range = id[mark] == '-' && first == next && second >= first;
      const bool empty_node = id[mark] == '.' && first == next - 1 && second > 0;
      if (range || empty_node) continue;
    }
    if (first != next || mark != id.npos) {
      lines.refuse("here stands word ", text::shown(id), " where word ", next,
                   " should; an empty line ends a sentence, and each begins with word 1");
    }
    if (!inside) sentences.push_back({.words = {}, .line = lines.number()});
    inside = true;
    sentences.back().words.push_back({std::string(columns[1]), std::string(columns[3]), std::string(columns[4])});
  }
  return sentences;
}

}  // namespace transfix::inline TRANSFIX_ABI::data
