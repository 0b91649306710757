// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <transfix/core/random.hpp>
#include <transfix/text.hpp>
#include <transfix/text/character_tokenizer.hpp>

using namespace transfix;
using text::CharacterTokenizer;

namespace {
void check_round_trip(const std::string& text) {
  const auto tokenizer = CharacterTokenizer::fit(text);
  CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  const std::string alphabet = tokenizer.alphabet();
  for (std::size_t position = 0; position < alphabet.size();) {
    REQUIRE(text::read_symbol(alphabet, position) < text::stray_byte);  // an alphabet is valid UTF-8
  }
  CHECK(CharacterTokenizer::from_alphabet(alphabet) == tokenizer);
}
}  // namespace

TEST_CASE("character tokenizer: tokens are numbered in the order of the characters") {
  const auto tokenizer = CharacterTokenizer::fit("hello, world");
  CHECK(tokenizer.size() == 9);
  CHECK(tokenizer.alphabet() == " ,dehlorw");
  CHECK(tokenizer.encode("held") == std::vector<Token>{4, 3, 5, 2});
  CHECK(tokenizer.decode(std::vector<Token>{7, 6, 8}) == "row");
  CHECK(tokenizer.encode("").empty());
}

TEST_CASE("character tokenizer: a character is a code point of one to four bytes") {
  const std::string corpus = "z\u00E9\u20AC\U0001F600\u00E9";
  const auto tokenizer = CharacterTokenizer::fit(corpus);
  CHECK(tokenizer.size() == 4);
  CHECK(tokenizer.encode(corpus) == std::vector<Token>{0, 1, 2, 3, 1});
  CHECK(tokenizer.alphabet() == "z\u00E9\u20AC\U0001F600");
  check_round_trip(std::string("\0\x7F\u0080\u07FF\u0800\uD7FF\uE000\uFFFF\U00010000\U0010FFFF", 25));
}

TEST_CASE("character tokenizer: bytes that are not valid UTF-8 are characters of their own") {
  // A lone continuation, a cut sequence, a form longer than needed, a surrogate, and beyond the last code point.
  for (const std::string text : {"\x80", "a\xE2\x82", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "\xF0\x80\x80\xAF", "\xFF\xFE", "\xE2\x28\xA1"}) {
    CHECK(CharacterTokenizer::fit(text).encode(text).size() == text.size());
    check_round_trip(text);
  }
  // The two bytes of an e with an acute accent, apart: the alphabet must not join them.
  const auto apart = CharacterTokenizer::fit("\xA9 \xC3");
  CHECK(apart.size() == 3);
  CHECK(apart.alphabet() == " \\xA9\\xC3");
  check_round_trip("\xC3 \xA9 \u00E9 \\ x \\xC3");
}

TEST_CASE("character tokenizer: any bytes come back as they were") {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      // Half of the bytes are such as UTF-8 sequences begin and go on with.
      static constexpr unsigned char likely[] = {0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0,
                                                 0x9F, 0x98, 0x80, 0xED, 0x5C, 0x78};
      text += static_cast<char>(trial % 2 == 0 ? random.below(256) : Index{likely[random.below(12)]});
    }
    check_round_trip(text);
  }
}

TEST_CASE("character tokenizer: an unknown character is refused with its place") {
  const auto tokenizer = CharacterTokenizer::fit("abc");
  CHECK_THROWS_WITH_AS(
      tokenizer.encode("ab\u00E9"),
      "the text has '\u00E9' (U+00E9) at byte 2, which is not among the 3 characters of this tokenizer; "
      "leave it out, or fit the tokenizer on a text that has it",
      Error);
  CHECK_THROWS_WITH(tokenizer.encode("\n"), doctest::Contains("the control character U+000A at byte 0"));
  CHECK_THROWS_WITH(tokenizer.encode("a\xFF"), doctest::Contains("the byte 0xFF (not valid UTF-8) at byte 1"));
}

TEST_CASE("character tokenizer: an unknown token is refused with its place") {
  const auto tokenizer = CharacterTokenizer::fit("abc");
  CHECK_THROWS_WITH_AS(tokenizer.decode(std::vector<Token>{0, 3}),
                       "token 3 at position 1 is not one of the 3 tokens of this tokenizer; "
                       "decode with the tokenizer that the model was trained with",
                       Error);
  CHECK_THROWS_AS(tokenizer.decode(std::vector<Token>{-1}), Error);
}

TEST_CASE("character tokenizer: an empty text and a damaged alphabet are refused") {
  CHECK_THROWS_AS(CharacterTokenizer::fit(""), Error);
  for (const char* alphabet : {"", "ba", "aa", "a\xFF", "\\", "\\x8", "\\xff", "\\x41", "\\q", "\\xFF\\x80"}) {
    CAPTURE(alphabet);
    CHECK_THROWS_AS(CharacterTokenizer::from_alphabet(alphabet), Error);
  }
}

TEST_CASE("character tokenizer: tiny Shakespeare has 65 characters") {
  const char* folder = std::getenv("TRANSFIX_DATA");
  if (folder == nullptr || !std::filesystem::exists(folder)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return;
  }
  const auto corpus = text::read_file(std::filesystem::path(folder) / "tinyshakespeare" / "input.txt");
  const auto tokenizer = CharacterTokenizer::fit(corpus);
  CHECK(tokenizer.size() == 65);
  const auto tokens = tokenizer.encode(corpus);
  CHECK(tokens.size() == 1'115'394);
  CHECK(tokenizer.decode(tokens) == corpus);
}
