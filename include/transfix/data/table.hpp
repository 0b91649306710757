// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <optional>
#include <transfix/data/lines.hpp>
#include <transfix/text/escape.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// How a table is written in its file.
struct TableFormat {
  char delimiter = ',';
  bool header = true;  ///< the first row names the columns
  /// A field may stand in double quotes, in which a quote is doubled, and delimiters and line ends are text (RFC 4180).
  /// A quote after the start of a field is text.
  bool quotes = true;
  Encoding encoding = Encoding::utf8;
};

/// Commas and quotes, as RFC 4180 has them.
inline constexpr TableFormat csv{};
/// Tabs, and quotes are text like any other.
inline constexpr TableFormat tsv{.delimiter = '\t', .quotes = false};

/// One row of a table and the line of the file where it begins.
struct TableRow {
  std::vector<std::string> fields;
  Index line = 0;
};

/// Reads a table row by row, however large its file is. All rows have as many columns as the first; an empty line is
/// skipped where there are several columns. Fails with file and line on an unclosed quote, on text after a closing
/// quote, and on a wrong number of columns.
class TableReader {
 public:
  explicit TableReader(const std::filesystem::path& path, TableFormat format = csv)
      : format_(format), lines_(path, format.encoding) {
    if (std::string_view("\"\r\n").find(format.delimiter) != std::string_view::npos) {
      fail(path.string(), ": a quote or a line end cannot be the delimiter of a table; use ',', ';' or '\\t'");
    }
    if (!format.header) return;
    auto first = next();
    if (!first) fail(path.string(), ": the table is empty; its first row should name the columns");
    names_ = std::move(first->fields);
  }

  /// The next row, or nothing after the last one.
  std::optional<TableRow> next() {
    do {
      if (!lines_.next()) return std::nullopt;
    } while (lines_.line().empty() && columns_ > 1);
    TableRow row{.fields = {}, .line = lines_.number()};
    std::string_view rest = lines_.line();
    row.fields.push_back(take_field(rest));
    while (!rest.empty()) {
      rest.remove_prefix(1);  // the delimiter
      row.fields.push_back(take_field(rest));
    }
    check_columns(row);
    return row;
  }

  /// The names of the columns; empty where the format has no header.
  const std::vector<std::string>& names() const { return names_; }
  const std::filesystem::path& path() const { return lines_.path(); }

 private:
  // Takes one field from the start of what is left of the line; goes on to further lines inside quotes.
  std::string take_field(std::string_view& rest) {
    if (!format_.quotes || !rest.starts_with('"')) {
      const std::string field(rest.substr(0, rest.find(format_.delimiter)));
      rest.remove_prefix(field.size());
      return field;
    }
    const Index opened = lines_.number();
    std::string field;
    rest.remove_prefix(1);
    for (;;) {
      const auto quote = rest.find('"');
      field += rest.substr(0, quote);
      if (quote == std::string_view::npos) {
        field += lines_.line_end();
        if (!lines_.next()) {
          fail(path().string(), ":", opened, ": a quote opens here and is never closed; close it, or double it if it ",
               "is text, or read the table with .quotes = false");
        }
        rest = lines_.line();
        continue;
      }
      rest.remove_prefix(quote + 1);
      if (!rest.starts_with('"')) break;
      rest.remove_prefix(1);
      field += '"';
    }
    if (!rest.empty() && rest.front() != format_.delimiter) {
      lines_.refuse("after a closing quote stands ", text::shown(rest),
                    "; a field ends there, and a quote inside quotes is doubled");
    }
    return field;
  }

  void check_columns(const TableRow& row) {
    if (columns_ == 0) {
      columns_ = std::ssize(row.fields);
      first_line_ = row.line;
    }
    if (std::ssize(row.fields) == columns_) return;
    fail(path().string(), ":", row.line, ": the number of columns is ", row.fields.size(), " here and ", columns_,
         " in line ", first_line_, "; correct the row, or give the right delimiter");
  }

  TableFormat format_;
  LineReader lines_;
  std::vector<std::string> names_;
  Index columns_ = 0, first_line_ = 0;
};

/// A table in memory.
struct Table {
  std::filesystem::path path;
  std::vector<std::string> names;  ///< of the columns; empty where the format has no header
  std::vector<TableRow> rows;

  /// The number of the column with this name.
  Index column(std::string_view name) const {
    const auto place = std::find(names.begin(), names.end(), name);
    if (place == names.end()) {
      std::string list;
      for (const auto& known : names) list += (list.empty() ? "" : ", ") + text::shown(known);
      fail(path.string(), ": there is no column ", text::shown(name), "; ",
           names.empty() ? "the table was read without a header" : "the columns are ", list);
    }
    if (std::find(place + 1, names.end(), name) != names.end()) {
      fail(path.string(), ": several columns have the name ", text::shown(name), "; rename them, or use their numbers");
    }
    return place - names.begin();
  }

  /// The field of a row in the column with this name, or in the column with this number, from 0.
  const std::string& field(Index row, std::string_view column_name) const { return field(row, column(column_name)); }
  const std::string& field(Index row, Index column_number) const {
    if (row < 0 || row >= std::ssize(rows)) fail(path.string(), ": there is no row ", row, " among ", rows.size());
    const auto& [fields, line] = rows[static_cast<std::size_t>(row)];
    if (column_number < 0 || column_number >= std::ssize(fields)) {
      fail(path.string(), ":", line, ": there is no column ", column_number, " among ", fields.size(),
           "; columns are numbered from 0");
    }
    return fields[static_cast<std::size_t>(column_number)];
  }
};

/// Reads a whole table: read_table("phrases.tsv", data::tsv), read_table("list.csv", {.delimiter = ';'}).
inline Table read_table(const std::filesystem::path& path, TableFormat format = csv) {
  TableReader reader(path, format);
  Table table{.path = path, .names = reader.names(), .rows = {}};
  while (auto row = reader.next()) table.rows.push_back(std::move(*row));
  return table;
}

}  // namespace transfix::inline TRANSFIX_ABI::data
