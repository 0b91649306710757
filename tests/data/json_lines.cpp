// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/json_lines.hpp>

#include "files.hpp"

using namespace transfix;
using data::JsonLinesReader;

TEST_CASE("JSON lines: texts and numbers by name") {
  const Folder folder;
  JsonLinesReader lines(folder.file("a",
                                    "{\"text\": \"caf\\u00e9 \\ud83d\\ude00\", \"score\": -2.5, \"id\": 7}\r\n\n"
                                    "{\"text\": \"\", \"score\": 3, \"more\": [1, {\"text\": 1}]}"));
  REQUIRE(lines.next());
  CHECK(lines.text("text") == "caf\u00E9 \U0001F600");
  CHECK(lines.number("score") == -2.5);
  CHECK(lines.whole_number("id") == 7);
  CHECK(lines.has("id"));
  REQUIRE(lines.next());
  CHECK(lines.line() == 3);
  CHECK(lines.text("text").empty());
  CHECK(lines.number("score") == 3);
  CHECK(!lines.has("id"));
  CHECK(lines.object()["more"].size() == 2);
  CHECK(!lines.next());
}

TEST_CASE("JSON lines: fields of equal names in different objects, and signs of JSON in texts, are no fault") {
  const Folder folder;
  JsonLinesReader lines(
      folder.file("a", R"({"\"{": {"a": 1, "a:": 2}, "\\": "{\"a\": 1, \\", "a": [{"a": ":"}, "]:"]})"));
  REQUIRE(lines.next());
  CHECK(lines.object().size() == 3);
}

TEST_CASE("JSON lines: a field that is missing or of another type is refused with file, line and field") {
  const Folder folder;
  const auto path =
      folder.file("a", "{}\n{\"text\": 1, \"score\": \"high\", \"id\": 1.5, \"large\": 9223372036854775808}\n");
  const auto place = path.string() + ":2: ";
  JsonLinesReader lines(path);
  REQUIRE((lines.next() && lines.next()));
  CHECK_THROWS_WITH_AS(lines.text("text"), (place + "the field 'text' is '1' and not a text").c_str(), Error);
  CHECK_THROWS_WITH_AS(lines.number("score"), (place + "the field 'score' is '\"high\"' and not a number").c_str(),
                       Error);
  CHECK_THROWS_WITH_AS(lines.text("title"), (place + "the object has no field 'title'").c_str(), Error);
  CHECK_THROWS_WITH(lines.whole_number("id"), doctest::Contains("'1.5' and not a whole number"));
  CHECK_THROWS_WITH(lines.whole_number("large"), doctest::Contains("'9223372036854775808' and not a whole number"));
  CHECK(lines.number("large") == 9223372036854775808.0);
}

TEST_CASE("JSON lines: a line that is not one object is refused with file and line") {
  const Folder folder;
  const auto refuses = [&](std::string_view second_line, const char* words) {
    const auto path = folder.file("a", "{\"a\": {\"a\": 1}, \"b\": 2}\n" + std::string(second_line));
    JsonLinesReader lines(path);
    REQUIRE(lines.next());
    CHECK_THROWS_WITH_AS(lines.next(), doctest::Contains((path.string() + ":2: " + words).c_str()), Error);
  };
  refuses("{\"a\": 1", "this is not valid JSON");
  refuses("{} {}", "this is not valid JSON");
  refuses("{\"a\": 1e999}", "this is not valid JSON");
  refuses("[1]", "here stands array and not an object");
  refuses("7", "here stands number and not an object");
  refuses("{\"a\": 1, \"b\": {}, \"a\": 2}", "the object has the field 'a' twice");
  refuses(R"({"\\\"{": {"a": 1, "a:": 2}, "\\": 1, "b": [{"a": "\":"}, 1], "\\": 2})",
          "the object has the field '\\' twice");
  refuses("{\"a\": \"\xFF\"}", "byte 8 of the line is 0xFF");
}
