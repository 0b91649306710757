// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/lines.hpp>

#include "files.hpp"

using namespace transfix;
using data::Encoding;
using Lines = std::vector<std::string>;

TEST_CASE("lines: end with LF, with CRLF, or with the file") {
  const Folder folder;
  CHECK(data::read_lines(folder.file("a", "one\ntwo\r\n\n\r\nlast")) == Lines{"one", "two", "", "", "last"});
  CHECK(data::read_lines(folder.file("b", "one\n")) == Lines{"one"});
  CHECK(data::read_lines(folder.file("c", "")) == Lines{});
  CHECK(data::read_lines(folder.file("d", "\n")) == Lines{""});
  CHECK(data::read_lines(folder.file("e", std::string_view("a\rb\0c\r", 6))) == Lines{std::string("a\rb\0c\r", 6)});
}

TEST_CASE("lines: each has its number and its end, and all of them are the file") {
  const Folder folder;
  const std::string bytes = "\n\u00E9 \r\r\nx\n\r\nlast";
  std::string joined;
  Index expected = 0;
  for (data::LineReader lines(folder.file("a", bytes)); lines.next();) {
    CHECK(lines.number() == ++expected);
    joined.append(lines.line()).append(lines.line_end());
  }
  CHECK(joined == bytes);
}

TEST_CASE("lines: a byte-order mark is dropped at the start of the file only") {
  const Folder folder;
  const auto path = folder.file("a", "\uFEFFone\n\uFEFFtwo");
  CHECK(data::read_lines(path) == Lines{"one", "\uFEFFtwo"});
  CHECK(data::read_lines(path, Encoding::bytes) == Lines{"one", "\uFEFFtwo"});
  CHECK(data::read_lines(folder.file("b", "\uFEFFcaf\xE9"), Encoding::latin1) == Lines{"caf\u00E9"});
  CHECK(data::read_lines(folder.file("c", "\uFEFF")) == Lines{""});
}

TEST_CASE("lines: a byte that is not UTF-8 fails with its place, or is kept, or is Latin-1") {
  const Folder folder;
  const auto path = folder.file("a", "good \u00E9\nna\xEFve \x85\n");
  CHECK_THROWS_WITH_AS(data::read_lines(path),
                       (path.string() + ":2: byte 3 of the line is 0xEF, which is not valid UTF-8; convert the file, "
                                        "or read it as Encoding::latin1 or Encoding::bytes")
                           .c_str(),
                       Error);
  CHECK(data::read_lines(path, Encoding::bytes) == Lines{"good \u00E9", "na\xEFve \x85"});
  CHECK(data::read_lines(path, Encoding::latin1) == Lines{"good \u00C3\u00A9", "na\u00EFve \u0085"});
  CHECK_THROWS_WITH(data::read_lines(folder.file("b", "\uFEFF\xFF")), doctest::Contains(":1: byte 4 "));
}

TEST_CASE("lines: a file that is not there and a folder are refused") {
  const Folder folder;
  CHECK_THROWS_WITH(data::read_lines(folder.path / "none"), doctest::Contains("none: there is no such file"));
  CHECK_THROWS_WITH(data::read_lines(folder.path), doctest::Contains("this is a folder"));
}
