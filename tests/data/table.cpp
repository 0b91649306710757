// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/data/table.hpp>

#include "files.hpp"

using namespace transfix;
using Fields = std::vector<std::string>;

namespace {
constexpr data::TableFormat bare{.header = false};

std::vector<Fields> fields_of(const data::Table& table) {
  std::vector<Fields> all;
  for (const auto& row : table.rows) all.push_back(row.fields);
  return all;
}
}  // namespace

TEST_CASE("table: quotes hold delimiters, line ends and doubled quotes") {
  const Folder folder;
  const auto path =
      folder.file("a.csv", "name,text\r\na,\"one, two\"\r\n\"\",\"say \"\"yes\"\"\r\n\nnow\"\r\n\"\"\"\",last");
  const auto table = data::read_table(path);
  CHECK(table.names == Fields{"name", "text"});
  CHECK(fields_of(table) == std::vector<Fields>{{"a", "one, two"}, {"", "say \"yes\"\r\n\nnow"}, {"\"", "last"}});
  CHECK(table.rows[0].line == 2);
  CHECK(table.rows[1].line == 3);
  CHECK(table.rows[2].line == 6);
}

TEST_CASE("table: empty fields are fields, an empty line is none where there are several columns") {
  const Folder folder;
  CHECK(fields_of(data::read_table(folder.file("a", "a,,\n\n,,\n,b,\"\"\n\n"), bare)) ==
        std::vector<Fields>{{"a", "", ""}, {"", "", ""}, {"", "b", ""}});
  CHECK(fields_of(data::read_table(folder.file("b", "a\n\nb\n"), bare)) == std::vector<Fields>{{"a"}, {""}, {"b"}});
  CHECK(data::read_table(folder.file("c", ""), bare).rows.empty());
  CHECK(data::read_table(folder.file("d", "a,b\n")).rows.empty());
}

TEST_CASE("table: any fields come back as they were written") {
  const Folder folder;
  Random random(3);
  std::vector<Fields> written;
  std::string text;
  for (int row = 0; row < 200; ++row) {
    Fields fields(3);
    for (std::size_t column = 0; column < 3; ++column) {
      std::string quoted;
      for (Index length = random.below(6); length > 0; --length) {
        const char character = "a\",\n\r\t;"[random.below(7)];
        fields[column] += character;
        quoted += character == '"' ? "\"\"" : std::string(1, character);
      }
      text += (column == 0 ? "\"" : ",\"") + quoted + "\"";
    }
    text += row % 2 == 0 ? "\n" : "\r\n";
    written.push_back(fields);
  }
  CHECK(fields_of(data::read_table(folder.file("a", text), bare)) == written);
}

TEST_CASE("table: other delimiters, and quotes that are text") {
  const Folder folder;
  CHECK(fields_of(data::read_table(folder.file("a", "x;y\n1,5;\"a;b\"\n"), {.delimiter = ';'})) ==
        std::vector<Fields>{{"1,5", "a;b"}});
  CHECK(fields_of(data::read_table(folder.file("b", "sentence\tlabel\n\" half a quote\t1\n"), data::tsv)) ==
        std::vector<Fields>{{"\" half a quote", "1"}});
  CHECK(fields_of(data::read_table(folder.file("c", "5\" disk,b\n"), bare)) == std::vector<Fields>{{"5\" disk", "b"}});
  CHECK_THROWS_WITH(data::read_table(folder.file("d", "a"), {.delimiter = '"'}), doctest::Contains("delimiter"));
}

TEST_CASE("table: columns have names") {
  const Folder folder;
  const auto table = data::read_table(folder.file("a", "\uFEFFid,text,text\n7,a,b\n"));
  CHECK(table.column("id") == 0);
  CHECK(table.field(0, "id") == "7");
  CHECK(table.field(0, 2) == "b");
  CHECK_THROWS_WITH(table.column("label"),
                    doctest::Contains("there is no column 'label'; the columns are 'id', 'text', 'text'"));
  CHECK_THROWS_WITH(table.column("text"), doctest::Contains("several columns have the name 'text'"));
  CHECK_THROWS_AS(table.field(1, "id"), Error);
  CHECK_THROWS_AS(table.field(0, 3), Error);
  CHECK_THROWS_AS(table.field(0, -1), Error);
  CHECK_THROWS_WITH(data::read_table(table.path, bare).column("id"), doctest::Contains("without a header"));
}

TEST_CASE("table: mistakes are refused with file and line") {
  const Folder folder;
  const auto refuses = [&](std::string_view text, const char* words) {
    const auto path = folder.file("a", text);
    CHECK_THROWS_WITH_AS(data::read_table(path), doctest::Contains((path.string() + words).c_str()), Error);
  };
  refuses("a,b\n1,\"2\n\n3\n", ":2: a quote opens here and is never closed");
  refuses("a,b\n\"1\n2\",\"3\n", ":3: a quote opens here");
  refuses("a,b\n1,\"2\" x\n", ":2: after a closing quote stands ' x'");
  refuses("a,b\n\"1\n2\"3,\n", ":3: after a closing quote stands '3,'");
  refuses("a,b\n1,2\n\n1,2,3\n", ":4: the number of columns is 3 here and 2 in line 1;");
  refuses("a,b\n1\n", ":2: the number of columns is 1 here");
  refuses("", ": the table is empty");
  refuses("a,b\n1,\xFF\n", ":2: byte 3 ");
}
