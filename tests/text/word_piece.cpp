// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <transfix/core/random.hpp>
#include <transfix/text/word_piece.hpp>

#include "folder.hpp"

using namespace transfix;
using namespace transfix::text;
using Words = std::vector<std::string>;

namespace {
// The vocabulary of the tests of BERT, and some more.
const Words words{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "want", "##want", "##ed", "wa",
                  "un",    "runn",  "##ing", ",",     "##",     "[",    "mask",   "]",    "\u4F60"};
WordPiece tokenizer(WordPieceOptions options = {}) {
  return WordPiece(Vocabulary(words, bert_special_tokens()), options);
}
Words pieces(std::string_view text) {
  Words found;
  for (const Token token : tokenizer().encode(text)) found.push_back(words[static_cast<std::size_t>(token)]);
  return found;
}
}  // namespace

TEST_CASE("word piece: the longest piece is taken first") {
  CHECK(pieces("unwanted running") == Words{"un", "##want", "##ed", "runn", "##ing"});
  CHECK(pieces("UNwant\u00E9d,running") == Words{"un", "##want", "##ed", ",", "runn", "##ing"});
  CHECK(pieces("unwantedX running") == Words{"[UNK]", "runn", "##ing"});
  CHECK(pieces("wanted waed wa") == Words{"want", "##ed", "wa", "##ed", "wa"});
  CHECK(pieces("ing want\u4F60") == Words{"[UNK]", "want", "\u4F60"});
  CHECK(pieces("").empty());
  CHECK(pieces(" \n").empty());
}

TEST_CASE("word piece: what the pieces were is put together") {
  const auto bert = tokenizer();
  CHECK(bert.decode(bert.encode("unwanted,  running")) == "unwanted , running");
  CHECK(bert.decode(std::vector<Token>{2, 9, 1, 3}) == "[CLS] un [UNK] [SEP]");
  CHECK(bert.decode(std::vector<Token>{7, 13}) == "ed ##");
  CHECK(bert.decode({}).empty());
  CHECK_THROWS_AS(bert.decode(std::vector<Token>{18}), Error);
}

TEST_CASE("word piece: options and special tokens") {
  CHECK(tokenizer({.lower_case = false}).encode("Want want") == std::vector<Token>{1, 5});
  CHECK(tokenizer({.longest_word = 4}).encode("want wanted") == std::vector<Token>{5, 1});
  CHECK(pieces("[MASK]") == Words{"[", "mask", "]"});
  CHECK(encode_with_special(tokenizer(), "un[MASK] want") == std::vector<Token>{9, 4, 5});
  CHECK_THROWS_AS(WordPiece(Vocabulary({"a"})), Error);
}

TEST_CASE("word piece: words of more than 100 characters are unknown, however many bytes they have") {
  const WordPiece greek(Vocabulary({"[UNK]", "\u03B1", "##\u03B1"}, {.unknown = "[UNK]"}));
  const auto word = [](int length) {
    std::string text;
    for (int i = 0; i < length; ++i) text += "\u03B1";
    return text;
  };
  CHECK(greek.encode(word(100)).size() == 100);
  CHECK(greek.encode(word(101)) == std::vector<Token>{0});
  CHECK(greek.encode(word(1'000'000)) == std::vector<Token>{0});
}

TEST_CASE("word piece: random bytes are read without harm") {
  const auto bert = tokenizer();
  Random random(4);
  for (int trial = 0; trial < 200; ++trial) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += static_cast<char>(random.below(256));
    for (const Token token : bert.encode(text)) REQUIRE((token >= 0 && token < bert.size()));
  }
}

TEST_CASE("word piece: a vocab.txt is read, and refused where it is broken") {
  const Folder folder;
  const auto path = folder.path / "vocab.txt";
  const auto read = [&](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    return WordPiece::read_bert(path);
  };
  const std::string special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  CHECK(read(special + "a\r\n##\u00E9").encode("a") == std::vector<Token>{5});
  CHECK(read(special + "a\n").size() == 6);
  const auto refused = [&](const std::string& content, const std::string& text) {
    CHECK_THROWS_WITH_AS(read(content), (path.string() + text).c_str(), Error);
  };
  refused("", ": the vocabulary lacks the special token '[PAD]'; add it, or give the name that it has");
  refused(special + "a\na\n", ": the vocabulary has 'a' twice, as tokens 5 and 6; leave one out");
  refused(special + "\na\n", ":6: the line is empty; each line is a token");
  CHECK_THROWS_AS(WordPiece::read_bert(folder.path / "none.txt"), Error);
}

TEST_CASE("word piece: a file gives back the tokenizer") {
  const Folder folder;
  const auto path = folder.path / "pieces.json";
  const auto bert = tokenizer({.lower_case = false, .longest_word = 7});
  bert.save(path);
  CHECK(WordPiece::load(path) == bert);
  CHECK(WordPiece::load(path).encode("Want want") == bert.encode("Want want"));
  std::string text = io::read_bytes(path);
  text.replace(text.find(": 7"), 3, ": -7");
  std::ofstream(path, std::ios::binary) << text;
  CHECK_THROWS_WITH_AS(WordPiece::load(path), doctest::Contains(path.string().c_str()), Error);
}
