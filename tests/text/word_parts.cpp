// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/text/word_parts.hpp>

using namespace transfix;

namespace {
using Parts = std::array<std::string, text::word_part_count>;
}

TEST_CASE("word parts: the word in small letters, its beginnings, its end and its shape") {
  CHECK(text::word_parts("Apollo-11") ==
        Parts{"word apollo-11", "first 4 apol", "first 6 apollo", "last 3 -11", "shape Xx-d"});
  CHECK(text::word_parts("?") == Parts{"word ?", "first 4 ?", "first 6 ?", "last 3 ?", "shape -"});
  CHECK(text::word_parts("eBayXyZ1a2b3") ==
        Parts{"word ebayxyz1a2b3", "first 4 ebay", "first 6 ebayxy", "last 3 2b3", "shape xXxXxXdx"});
}

TEST_CASE("word parts: characters are counted, not bytes") {
  CHECK(text::word_parts("Übermäßig") ==
        Parts{"word übermäßig", "first 4 über", "first 6 übermä", "last 3 ßig", "shape Xx"});
}
