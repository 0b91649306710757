// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <transfix/text/lines.hpp>
#include <vector>

using namespace transfix;

namespace {
std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> found;
  text::for_each_line(text, [&](std::string_view line, Index number) {
    found.emplace_back(line);
    CHECK(number == std::ssize(found));
  });
  return found;
}
}  // namespace

TEST_CASE("lines: both line ends, with and without one at the end of the text") {
  using Lines = std::vector<std::string>;
  CHECK(lines("a\nb\r\n\nc") == Lines{"a", "b", "", "c"});
  CHECK(lines("a\n") == Lines{"a"});
  CHECK(lines("\n\n") == Lines{"", ""});
  CHECK(lines("a\rb\r\r\nc\r") == Lines{"a\rb\r", "c\r"});
  CHECK(lines("").empty());
}
