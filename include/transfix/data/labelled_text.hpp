// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/label_map.hpp>
#include <transfix/data/lines.hpp>
#include <transfix/data/random_split.hpp>
#include <transfix/data/table.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A text and the number of its class.
struct LabelledText {
  Token label = 0;
  std::string text;
  Index line = 0;  ///< of the file where it begins, for errors; 0: it comes from no file
};

/// How lines of a label, a separator and a text are written.
struct LabelledLines {
  char separator = ' ';
  /// The label is only what stands before the first of these characters, where it has one: DESC of DESC:manner.
  std::optional<char> coarse_until = {};
  Encoding encoding = Encoding::utf8;
};

/// Lines like `1 a sentence`, as in SST-2 by sentences and in the movie reviews.
inline constexpr LabelledLines label_and_sentence{};
/// Lines like `DESC:manner How did it begin ?` with the six coarse classes of TREC, in ISO-8859-1.
inline constexpr LabelledLines trec{.coarse_until = ':', .encoding = Encoding::latin1};

/// Reads a file of which each line is a label and a text. Fails with file and line where there is no label or none of
/// the classes; names all of them.
inline std::vector<LabelledText> read_labelled_lines(const std::filesystem::path& path, LabelMap& labels,
                                                     LabelledLines format = label_and_sentence) {
  std::vector<LabelledText> examples;
  for (LineReader reader(path, format.encoding); reader.next();) {
    const std::string_view line = reader.line();
    const auto end = line.find(format.separator);
    std::string_view label = line.substr(0, end);
    if (format.coarse_until) label = label.substr(0, label.find(*format.coarse_until));
    if (end == line.npos || label.empty()) {
      reader.refuse("the line is not a label, the separator ", text::shown({&format.separator, 1}),
                    " and a text: ", text::shown(line));
    }
    const std::string where = path.string() + ":" + std::to_string(reader.number()) + ": ";
    examples.push_back({labels.number(std::string(label), where), std::string(line.substr(end + 1)), reader.number()});
  }
  return examples;
}

/// The columns of a table with these names as labelled texts.
inline std::vector<LabelledText> labelled_texts(const Table& table, std::string_view text_column,
                                                std::string_view label_column, LabelMap& labels) {
  const auto text = static_cast<std::size_t>(table.column(text_column));
  const auto label = static_cast<std::size_t>(table.column(label_column));
  std::vector<LabelledText> examples;
  for (const auto& [fields, line] : table.rows) {
    const std::string where = table.path.string() + ":" + std::to_string(line) + ": ";
    examples.push_back({labels.number(fields[label], where), fields[text], line});
  }
  return examples;
}

/// The labels of labelled texts, for a stratified split or for class weights.
inline std::vector<Token> labels_of(const std::vector<LabelledText>& examples) {
  std::vector<Token> labels;
  for (const auto& example : examples) labels.push_back(example.label);
  return labels;
}

/// Splits labelled texts at random into parts, so that each class has its share in each part (random_split.hpp).
inline std::vector<std::vector<LabelledText>> stratified_split(const std::vector<LabelledText>& examples,
                                                               const std::vector<double>& shares, std::uint64_t seed) {
  std::vector<std::vector<LabelledText>> parts;
  for (const auto& numbers : stratified_split(labels_of(examples), shares, seed)) {
    auto& part = parts.emplace_back();
    for (const Index number : numbers) part.push_back(examples[static_cast<std::size_t>(number)]);
  }
  return parts;
}

}  // namespace transfix::inline TRANSFIX_ABI::data
