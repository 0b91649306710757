// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/text/byte_alphabet.hpp>
#include <transfix/text/escape.hpp>

using namespace transfix;
using namespace transfix::text;

TEST_CASE("escape: any bytes become valid UTF-8 and come back") {
  CHECK(escaped("a\\\xFF\u00E9\n") == "a\\\\\\xFF\u00E9\n");
  Random random(6);
  for (int trial = 0; trial < 500; ++trial) {
    static constexpr std::string_view likely = "\\x8F\xC3\xA9\xE2\x82\xAC";
    std::string bytes;
    for (int i = 0; i < 20; ++i) {
      bytes += trial % 2 == 0 ? static_cast<char>(random.below(256))
                              : likely[static_cast<std::size_t>(random.below(std::ssize(likely)))];
    }
    const std::string text = escaped(bytes);
    for (std::size_t position = 0; position < text.size();) REQUIRE(read_symbol(text, position) < stray_byte);
    REQUIRE(unescaped(text) == bytes);
    REQUIRE(from_byte_alphabet(in_byte_alphabet(bytes)) == bytes);
  }
}

TEST_CASE("escape: what is never written is not read") {
  for (const char* text : {"\\", "\\x", "\\x8", "\\xff", "\\x41", "\\q", "\\xC3\\xA9", "\xFF", "a\\", "\\x\\\\"}) {
    CAPTURE(text);
    CHECK(!unescaped(text));
  }
  for (const char* text : {" ", "\n", "\u00AD", "\u0144", "\xC4", "\u4F60"}) CHECK(!from_byte_alphabet(text));
}

TEST_CASE("escape: the byte alphabet is that of GPT-2's files") {
  CHECK(in_byte_alphabet(" the\n") == "\u0120the\u010A");
  CHECK(in_byte_alphabet("\u00E9!\x7F") == "\u00C3\u00A9!\u0121");
  CHECK(in_byte_alphabet(std::string("\0\xA0\xAD\xFF", 4)) == "\u0100\u0142\u0143\u00FF");
}

TEST_CASE("escape: foreign bytes are shown short and without control characters") {
  CHECK(shown("a\n\xFF\u00E9") == "'a\\x0A\\xFF\u00E9'");
  CHECK(shown(std::string(1000, 'a')).size() < 80);
}
