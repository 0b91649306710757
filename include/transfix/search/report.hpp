// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdio>
#include <span>
#include <transfix/search/result.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

/// A table of results, the best first: place, trial, budget, the values of the setting, score and seconds.
inline std::string table(std::vector<Result> results) {
  std::sort(results.begin(), results.end(), better);
  const auto fixed = [](double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number);
    return std::string(text);
  };
  std::vector<std::vector<std::string>> rows = {{"", "trial", "budget"}};
  if (results.empty()) return {};
  for (const auto& [name, value] : results.front().setting.values) rows[0].push_back(name);
  rows[0].insert(rows[0].end(), {"score", "seconds"});
  for (const Result& result : results) {
    std::vector<std::string> row = {std::to_string(rows.size()), std::to_string(result.job.trial),
                                    std::to_string(result.job.budget)};
    for (const auto& [name, value] : result.setting.values) row.push_back(value);
    row.push_back(result.failed() ? "failed" : fixed(result.score, 4));
    row.push_back(fixed(result.seconds, 1));
    rows.push_back(std::move(row));
  }
  std::string text;
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += std::string(widths[column] - row[column].size() + (column > 0 ? 2 : 0), ' ') + row[column];
    }
    text += '\n';
  }
  return text;
}

/// Tells each result of a search in a line on standard error, and the best score so far.
class ShowProgress {
 public:
  void operator()(const Result& result) {
    std::string line = "trial " + std::to_string(result.job.trial) + ", budget " + std::to_string(result.job.budget);
    for (const auto& [name, value] : result.setting.values) line += ", " + name + ' ' + value;
    if (best_.failed() || better(result, best_)) best_ = result;
    if (result.failed()) {
      std::fprintf(stderr, "%s: failed, %s\n", line.c_str(), result.error.c_str());
    } else {
      std::fprintf(stderr, "%s: score %.4f after %.1f s; the best is trial %td with %.4f\n", line.c_str(), result.score,
                   result.seconds, best_.job.trial, best_.score);
    }
  }

 private:
  Result best_;
};

}  // namespace transfix::inline TRANSFIX_ABI::search
