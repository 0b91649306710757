// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdio>
#include <string>
#include <transfix/metrics/confusion.hpp>
#include <transfix/metrics/text.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::metrics {

namespace detail {
/// Text at the right edge of a column of so many characters.
inline std::string right(const std::string& text, std::size_t width) {
  const std::size_t length = characters_of(text).size();
  return std::string(width > length ? width - length : 0, ' ') + text;
}

inline std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}
}  // namespace detail

/// The table of scikit-learn's classification_report: precision, recall, F1 and support of each class, then accuracy
/// and the macro and weighted averages. Without names, classes are called by their numbers. Fails on an empty matrix,
/// and when there is not one name for each class.
inline std::string classification_report(const ConfusionMatrix& matrix, std::vector<std::string> names = {}) {
  const auto classes = static_cast<std::size_t>(matrix.classes());
  if (names.empty()) {
    for (std::size_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  }
  if (names.size() != classes) {
    fail("classification report: there are ", names.size(), " names for ", classes, " classes; give one for each");
  }
  std::size_t width = std::string_view("weighted avg").size();
  for (const std::string& name : names) width = std::max(width, detail::characters_of(name).size());

  const auto row = [&](const std::string& name, const std::vector<std::string>& cells) {
    std::string line = detail::right(name, width) + " ";
    for (const std::string& cell : cells) line += " " + detail::right(cell, 9);
    return line + "\n";
  };
  const auto scores_row = [&](const std::string& name, const ClassScores& scores) {
    return row(name, {detail::two_digits(scores.precision), detail::two_digits(scores.recall),
                      detail::two_digits(scores.f1), std::to_string(scores.support)});
  };
  std::string table = row("", {"precision", "recall", "f1-score", "support"}) + "\n";
  for (std::size_t c = 0; c < classes; ++c) table += scores_row(names[c], matrix.of(static_cast<Index>(c)));
  return table + "\n" +
         row("accuracy", {"", "", detail::two_digits(matrix.accuracy()), std::to_string(matrix.total())}) +
         scores_row("macro avg", matrix.average(Average::Macro)) +
         scores_row("weighted avg", matrix.average(Average::Weighted));
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics
