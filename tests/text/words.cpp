// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/text/bert_words.hpp>
#include <transfix/text/gpt2_words.hpp>
#include <transfix/text/words.hpp>

using namespace transfix;
using namespace transfix::text;
using Words = std::vector<std::string>;

namespace {
Words words(std::string_view text, WordRule rule) {
  const auto pieces = split_words(text, rule);
  return {pieces.begin(), pieces.end()};
}
Words gpt2_words(std::string_view text) {
  Words found;
  for_each_gpt2_word(text, [&](std::string_view word) { found.emplace_back(word); });
  return found;
}
Words bert_words(std::string_view text, bool lower_case = true) {
  Words found;
  for_each_bert_word(text, lower_case, [&](std::string_view word) { found.emplace_back(word); });
  return found;
}
}  // namespace

TEST_CASE("words: by white space, with punctuation apart, and by bytes") {
  CHECK(words(" Don't\tstop,\u3000me!\n", WordRule::white_space) == Words{"Don't", "stop,", "me!"});
  CHECK(words(" Don't\tstop,\u00BFme!\n", WordRule::punctuation) ==
        Words{"Don", "'", "t", "stop", ",", "\u00BF", "me", "!"});
  CHECK(words("a$\u20AC1", WordRule::punctuation) == Words{"a", "$",
                                                           "\u20AC"
                                                           "1"});  // ASCII symbols are punctuation
  CHECK(words("\u00E9 ", WordRule::bytes) == Words{"\xC3", "\xA9", " "});
  CHECK(words("\xFFz \xC3", WordRule::punctuation) == Words{"\xFFz", "\xC3"});
  for (const auto rule : {WordRule::white_space, WordRule::punctuation, WordRule::bytes})
    CHECK(words("", rule).empty());
  CHECK(words(" \u2028\u0085 ", WordRule::punctuation).empty());
}

TEST_CASE("words: GPT-2's pattern") {
  CHECK(gpt2_words("Hello world's  end") == Words{"Hello", " world", "'s", " ", " end"});
  CHECK(gpt2_words("I've we'll 'tis it'S") == Words{"I", "'ve", " we", "'ll", " '", "tis", " it", "'", "S"});
  CHECK(gpt2_words("'sup 'd") == Words{"'s", "up", " '", "d"});
  CHECK(gpt2_words("a1b22 33!? ...") == Words{"a", "1", "b", "22", " 33", "!?", " ..."});
  CHECK(gpt2_words("a\n\n b") == Words{"a", "\n\n", " b"});
  CHECK(gpt2_words("a\n\nb") == Words{"a", "\n", "\n", "b"});
  CHECK(gpt2_words("a \t ") == Words{"a", " \t "});
  CHECK(gpt2_words("\u00A0\u3000x") == Words{"\u00A0", "\u3000", "x"});
  CHECK(gpt2_words(" \u00E9t\u00E9 \u4F60\u597D\u00B2\u2167") ==
        Words{" \u00E9t\u00E9", " \u4F60\u597D", "\u00B2\u2167"});
  CHECK(gpt2_words("e\u0301") == Words{"e", "\u0301"});  // a mark is no letter
  CHECK(gpt2_words("a\xFF\xFE b") == Words{"a", "\xFF\xFE", " b"});
  CHECK(gpt2_words("!!'s") == Words{"!!'", "s"});
  CHECK(gpt2_words("").empty());
}

TEST_CASE("words: GPT-2's words are never empty and together the text") {
  Random random(8);
  for (int trial = 0; trial < 300; ++trial) {
    std::string text, joined;
    for (int i = 0; i < 50; ++i) {
      static constexpr std::string_view likely = " \n'strelvmd 1.\xE3\x80\xC2\xA0\xC3\xA9";
      text += trial % 2 == 0 ? static_cast<char>(random.below(256))
                             : likely[static_cast<std::size_t>(random.below(std::ssize(likely)))];
    }
    for_each_gpt2_word(text, [&](std::string_view word) {
      REQUIRE(!word.empty());
      joined += word;
    });
    REQUIRE(joined == text);
  }
}

TEST_CASE("words: BERT's clean-up") {
  CHECK(bert_words("H\u00E9llo, W\u00F6rld!") == Words{"hello", ",", "world", "!"});
  CHECK(bert_words("H\u00E9llo", false) == Words{"H\u00E9llo"});
  CHECK(bert_words("a\u4F60\u597Db") == Words{"a", "\u4F60", "\u597D", "b"});
  CHECK(bert_words("\u30A2\u30A2") == Words{"\u30A2\u30A2"});  // katakana are not set apart
  CHECK(bert_words(std::string("a\0b\u200Dc\uFFFD\xFF"
                               "d",
                               12)) == Words{"abcd"});
  CHECK(bert_words("a\u00A0b\u2028c") == Words{"a", "b", "c"});
  CHECK(bert_words("\u037E") == Words{";"});  // punctuation by its decomposition
  CHECK(bert_words(" \t").empty());
}
