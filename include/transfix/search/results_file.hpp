// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <span>
#include <transfix/data/table.hpp>
#include <transfix/io/file.hpp>
#include <transfix/search/result.hpp>
#include <transfix/search/space.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

/// The results of a search as a CSV file, a row for each job: number of the job, trial, budget, the setting, score,
/// seconds, and the error where it failed. It is written after each job, as a whole or not at all, and what it holds
/// need not be run again.
class ResultsFile {
 public:
  /// Reads what is in the file; without a path nothing is written. A file of another space is an error.
  ResultsFile(std::filesystem::path path, const Space& space) : path_(std::move(path)) {
    for (const auto& dimension : space.dimensions()) names_.push_back(dimension.name);
    if (path_.empty()) return;
    if (std::filesystem::exists(path_)) read();
    io::check_writable(path_);
  }

  /// The result of a job that the file holds. Fails where it holds another job under this number.
  std::optional<Result> find(Index number, const Job& job, const Setting& setting) const {
    const auto place = rows_.find(number);
    if (place == rows_.end()) return std::nullopt;
    const Result& result = place->second;
    if (result.job != job || result.setting.values != setting.values) {
      fail(path_.string(), ": job ", number, " was trial ", result.job.trial, " with budget ", result.job.budget,
           written(result.setting), "; this search has trial ", job.trial, " with budget ", job.budget,
           written(setting), ": go on with the strategy, space and seed that it began with, or name another file");
    }
    return result;
  }

  /// Adds the result of a job to the file.
  void add(Index number, const Result& result) {
    rows_.insert_or_assign(number, result);
    if (path_.empty()) return;
    std::string text = joined(columns()) + '\n';
    for (const auto& [job, row] : rows_) {
      std::vector<std::string> fields = {std::to_string(job), std::to_string(row.job.trial),
                                         std::to_string(row.job.budget)};
      for (const auto& [name, value] : row.setting.values) fields.push_back(value);
      fields.push_back(row.failed() ? "" : Dimension::written(row.score, 17));
      fields.push_back(Dimension::written(row.seconds, 4));
      fields.push_back(quoted(row.error));
      text += joined(fields) + '\n';
    }
    const std::string_view pieces[] = {text};
    io::write_atomically(path_, pieces);
  }

 private:
  std::vector<std::string> columns() const {
    std::vector<std::string> all = {"job", "trial", "budget"};
    all.insert(all.end(), names_.begin(), names_.end());
    all.insert(all.end(), {"score", "seconds", "error"});
    return all;
  }

  static std::string joined(const std::vector<std::string>& fields) {
    std::string line;
    for (const auto& field : fields) line += (&field == fields.data() ? "" : ",") + field;
    return line;
  }

  static std::string quoted(const std::string& text) {
    if (text.empty()) return text;
    std::string field = "\"";
    for (const char character : text) field += character == '"' ? "\"\"" : std::string(1, character);
    return field + '"';
  }

  static std::string written(const Setting& setting) {
    std::string text;
    for (const auto& [name, value] : setting.values) text += ", " + name + ' ' + value;
    return text;
  }

  void read() {
    const auto table = data::read_table(path_);
    if (table.names != columns()) {
      fail(path_.string(), ":1: the columns are ", joined(table.names), ", and those of this search are ",
           joined(columns()), ": name another file for a new search");
    }
    for (const auto& row : table.rows) {
      const auto& fields = row.fields;
      const auto number = [&](const std::string& text, auto value) {
        const char* const end = text.data() + text.size();
        if (const auto [stop, error] = std::from_chars(text.data(), end, value); error != std::errc() || stop != end) {
          fail(path_.string(), ":", row.line, ": here stands ", text::shown(text),
               " in place of a number; remove the line ", "to run its job again");
        }
        return value;
      };
      Result result{.job = {number(fields[1], Index{}), number(fields[2], Index{})}, .setting = {}};
      result.setting.trial = result.job.trial;
      for (std::size_t i = 0; i < names_.size(); ++i) result.setting.values.emplace_back(names_[i], fields[3 + i]);
      const std::string* const rest = fields.data() + 3 + names_.size();
      if (!rest[0].empty()) result.score = number(rest[0], 0.0);
      result.seconds = number(rest[1], 0.0);
      result.error = rest[2];
      rows_[number(fields[0], Index{})] = std::move(result);
    }
  }

  std::filesystem::path path_;
  std::vector<std::string> names_;
  std::map<Index, Result> rows_;  // by the number of the job
};

}  // namespace transfix::inline TRANSFIX_ABI::search
