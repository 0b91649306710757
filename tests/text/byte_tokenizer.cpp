// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <transfix/core/random.hpp>
#include <transfix/text/byte_tokenizer.hpp>

#include "folder.hpp"

using namespace transfix;
using text::ByteTokenizer;

TEST_CASE("byte tokenizer: a token is a byte, and any bytes come back") {
  const ByteTokenizer tokenizer;
  CHECK(tokenizer.size() == 256);
  CHECK(tokenizer.encode("A\xFF") == std::vector<Token>{65, 255});
  CHECK(tokenizer.encode("").empty());
  CHECK(tokenizer.decode({}).empty());
  Random random(1);
  std::string text;
  for (int i = 0; i < 1000; ++i) text += static_cast<char>(random.below(256));
  CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
}

TEST_CASE("byte tokenizer: special tokens follow the bytes, and plain text never holds them") {
  const ByteTokenizer tokenizer({.padding = "<pad>", .end = "<end>", .mask = "<pad>", .others = {"<ends>"}});
  CHECK(tokenizer.size() == 259);
  CHECK(tokenizer.token("<end>") == 257);
  CHECK(tokenizer.encode("<end>").size() == 5);
  CHECK(tokenizer.decode(std::vector<Token>{65, 257, 256}) == "A<end><pad>");
  CHECK_THROWS_AS(tokenizer.token("<begin>"), Error);
  CHECK_THROWS_WITH_AS(tokenizer.decode(std::vector<Token>{0, 259}),
                       "token 259 at position 1 is not one of the 259 tokens of this tokenizer; decode with the "
                       "tokenizer that the model was trained with",
                       Error);
  CHECK_THROWS_AS(tokenizer.decode(std::vector<Token>{-1}), Error);
}

TEST_CASE("byte tokenizer: names of special tokens are read where that is asked for") {
  const ByteTokenizer tokenizer({.padding = "<p>", .end = "<end>", .others = {"<end>s", "s<p"}});
  const auto read = [&](std::string_view text) { return text::encode_with_special(tokenizer, text); };
  CHECK(read("a<end>b<p><p>") == std::vector<Token>{'a', 257, 'b', 256, 256});
  CHECK(read("<end>sx<end>") == std::vector<Token>{258, 'x', 257});  // the longest name counts
  CHECK(read("s<p>") == std::vector<Token>{259, '>'});               // the first place counts
  CHECK(read("<en") == std::vector<Token>{'<', 'e', 'n'});
  CHECK(read("").empty());
  CHECK(text::encode_with_special(ByteTokenizer(), "<p>").size() == 3);
  for (const std::string text : {"x<end><p>s<p>", "<<end>>", "\xFF<p>\xC3"})
    CHECK(tokenizer.decode(read(text)) == text);
}

TEST_CASE("byte tokenizer: a file gives back the tokenizer") {
  const Folder folder;
  const ByteTokenizer tokenizer({.unknown = "\xFF\\", .separator = "|", .others = {"\u00E9"}});
  tokenizer.save(folder.path / "bytes.json");
  CHECK(ByteTokenizer::load(folder.path / "bytes.json") == tokenizer);
  std::ofstream(folder.path / "bytes.json") << "{\"format\": \"transfix words 1\"}";
  CHECK_THROWS_WITH_AS(ByteTokenizer::load(folder.path / "bytes.json"),
                       ((folder.path / "bytes.json").string() +
                        ": this is not a file of the format 'transfix bytes 1'; give the file as save() wrote it")
                           .c_str(),
                       Error);
}
