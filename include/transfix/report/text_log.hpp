// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/data/json_lines.hpp>
#include <transfix/data/lines.hpp>
#include <transfix/io/json.hpp>
#include <transfix/report/log_line.hpp>
#include <vector>

// How a TrainingLog is written as text. What a killed run left of its last line is not read.

namespace transfix::inline TRANSFIX_ABI::report {

/// A line of names, then one with commas for each LogLine; what was not measured is empty.
struct CsvLines {
  static std::string head() {
    std::string line = "step";
    for (const auto& column : detail::log_columns) line += std::string(",") + column.name;
    return line + "\n";
  }

  static std::string encode(const LogLine& line) {
    std::string text = std::to_string(line.step);
    for (const auto& column : detail::log_columns) {
      const double number = line.*column.number;
      text += ',';
      if (!std::isnan(number)) text += detail::number_text(number);
    }
    return text + "\n";
  }

  static std::vector<LogLine> read(const std::filesystem::path& path) {
    std::vector<LogLine> lines;
    for (data::LineReader reader(path); reader.next();) {
      const bool finished = !reader.line_end().empty();
      if (reader.number() > 1) {
        if (finished) lines.push_back(decode(reader));
      } else if (!finished || std::string(reader.line()) + "\n" != head()) {  // the head is written as a whole
        reader.refuse("this is no training log: its first line should be ", head().substr(0, head().size() - 1),
                      "; choose another file for the log");
      }
    }
    return lines;
  }

 private:
  static LogLine decode(const data::LineReader& reader) {
    std::string_view rest = reader.line();
    const auto next_field = [&rest] {
      const auto end = std::min(rest.find(','), rest.size());
      const auto field = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      return field;
    };
    const auto refuse = [&reader](std::string_view field, const char* name) {
      reader.refuse("the field ", name, " is ", text::shown(field), " and not a number; remove the line");
    };
    if (std::ranges::count(reader.line(), ',') != std::ssize(detail::log_columns)) {
      reader.refuse("the line should have the fields of the first line; remove it");
    }
    LogLine line;
    const auto step_text = next_field();
    const auto step = detail::number_of<Index>(step_text);
    if (!step) refuse(step_text, "step");
    line.step = *step;
    for (const auto& column : detail::log_columns) {
      const auto field = next_field();
      const auto number = field.empty() ? std::optional(double{NAN}) : detail::number_of<double>(field);
      if (!number) refuse(field, column.name);
      line.*column.number = *number;
    }
    return line;
  }
};

/// A JSON object on each line; what was not measured, or is infinite, is left out.
struct JsonLines {
  static std::string head() { return {}; }

  static std::string encode(const LogLine& line) {
    std::string object = "{\"step\":" + std::to_string(line.step);
    for (const auto& column : detail::log_columns) {
      const double number = line.*column.number;
      if (!std::isfinite(number)) continue;
      object += std::string(",\"") + column.name + "\":" + io::written_json(nlohmann::json(number));
    }
    return object + "}\n";
  }

  static std::vector<LogLine> read(const std::filesystem::path& path) {
    Index complete = 0;
    for (data::LineReader reader(path); reader.next();) {
      static constexpr std::string_view begin = "{\"step\":";
      const bool may_be_ours = begin.starts_with(reader.line().substr(0, begin.size()));
      if (reader.line_end().empty() && !may_be_ours) {
        reader.refuse("this is no line of a training log; choose another file for the log");
      }
      complete += !reader.line_end().empty();
    }
    std::vector<LogLine> lines;
    data::JsonLinesReader reader(path);
    while (reader.line() < complete && reader.next()) {
      LogLine line;
      line.step = reader.whole_number("step");
      for (const auto& column : detail::log_columns) {
        if (reader.has(column.name)) line.*column.number = reader.number(column.name);
      }
      lines.push_back(line);
    }
    return lines;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::report
