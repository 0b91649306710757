// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <transfix/core/random.hpp>
#include <transfix/text/score_pairs.hpp>

#include "folder.hpp"

using namespace transfix;
using text::ScoredPiece;
using text::ScorePairs;

namespace {
/// <unk>, <s>, </s>, the 256 bytes and then these.
std::vector<ScoredPiece> pieces(const std::vector<ScoredPiece>& more) {
  std::vector<ScoredPiece> all{{"<unk>"}, {"<s>"}, {"</s>"}};
  for (std::uint32_t byte = 0; byte < 256; ++byte) all.push_back({"<0x" + text::hexadecimal(byte, 2) + ">"});
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<std::string> written(const ScorePairs& tokenizer, std::string_view text) {
  std::vector<std::string> found;
  for (const Token token : tokenizer.encode(text)) found.push_back(tokenizer.bytes(token));
  return found;
}
using Texts = std::vector<std::string>;

template <class Number>
std::string raw(Number number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}
std::string file_of(const std::vector<ScoredPiece>& pieces) {
  std::string file = raw(std::int32_t{8});
  for (const auto& [text, score] : pieces) file += raw(score) + raw(static_cast<std::int32_t>(text.size())) + text;
  return file;
}
std::string message_of(auto&& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}
}  // namespace

TEST_CASE("score pairs: the neighbours with the highest score become one first") {
  const ScorePairs tokenizer(pieces({{" ", -9}, {"a", -9}, {"b", -9}, {"c", -9}, {"ab", -2}, {"bc", -1}, {" a", -3}}));
  CHECK(written(tokenizer, "abc") == Texts{" a", "bc"});
  CHECK(written(tokenizer, "ab") == Texts{" ", "ab"});
  CHECK(written(tokenizer, "a") == Texts{" a"});
  CHECK(tokenizer.encode("").empty());
}

TEST_CASE("score pairs: of equal scores the leftmost comes first, whatever the pair") {
  const ScorePairs tokenizer(pieces({{" ", -9}, {"a", -9}, {"b", -9}, {"aa", -1}, {"aaa", -2}, {"ba", -1}}));
  CHECK(written(tokenizer, "aaaa") == Texts{" ", "aa", "aa"});
  CHECK(written(tokenizer, "aaaaa") == Texts{" ", "aa", "aaa"});
  CHECK(written(tokenizer, "aba") == Texts{" ", "a", "ba"});
  CHECK(written(tokenizer, "baa") == Texts{" ", "ba", "a"});
}

TEST_CASE("score pairs: a merge can make one of a higher score possible") {
  const ScorePairs tokenizer(pieces({{" ", -9}, {"a", -9}, {"b", -9}, {"ab", -5}, {"abab", 0}, {"ba", -6}}));
  CHECK(written(tokenizer, "abab") == Texts{" ", "abab"});
  CHECK(written(tokenizer, "ababab") == Texts{" ", "abab", "ab"});
}

TEST_CASE("score pairs: a character that is no piece is written as bytes, and any bytes come back") {
  const ScorePairs tokenizer(pieces({{" ", -9}, {"a", -9}, {"é", -9}, {" a", -1}}));
  CHECK(tokenizer.encode("aé€") == std::vector<Token>{262, 261, 3 + 0xE2, 3 + 0x82, 3 + 0xAC});
  CHECK(tokenizer.encode("<0x41><s>").size() == 1 + 9);  // names in a text are text
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (Index left = static_cast<Index>(random.below(12)); left > 0; --left) {
      text += random.below(2) == 0 ? static_cast<char>(random.below(256)) : " aé\xC3"[random.below(5)];
    }
    CAPTURE(text::escaped(text));
    CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  }
  CHECK(tokenizer.decode(std::vector<Token>{1, 262, 260, 2}) == "aa");  // special tokens are no text
  CHECK(message_of([&] { tokenizer.decode(std::vector<Token>{263}); }).starts_with("token 263 at position 0 is not"));
}

TEST_CASE("score pairs: files of llama2.c") {
  const Folder folder;
  const auto path = folder.path / "tokenizer.bin";
  auto list = pieces({{" ", -9}, {"a", -2.5f}, {" a", -1}});
  list[1].text = "\n<s>\n";
  list[2].text = "\n</s>\n";
  const std::string file = file_of(list);
  const auto read = [&](const std::string& contents) {
    std::ofstream(path, std::ios::binary) << contents;
    return text::read_llama2c_tokenizer(path);
  };
  const auto tokenizer = read(file);
  CHECK(tokenizer.pieces() == list);
  CHECK(tokenizer.token(tokenizer.special().begin) == 1);
  CHECK(tokenizer.encode("a") == std::vector<Token>{261});

  const auto refuses = [&](const std::string& contents, const std::string& sentence) {
    const auto message = message_of([&] { read(contents); });
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(sentence) != std::string::npos);
  };
  refuses(file.substr(0, file.size() - 1), "piece 261 would have 2 bytes");
  refuses(file.substr(0, file.size() - 4), "within a piece");
  refuses("", "the file ends after 0 bytes");
  refuses(file + raw(1.0f) + raw(std::int32_t{-1}), "piece 262 would have -1 bytes");
  refuses(file + raw(1.0f) + raw(std::int32_t{9}) + "123456789", "piece 262 would have 9 bytes");
  refuses(file + raw(1.0f) + raw(std::int32_t{0}), "piece 262 is empty");
  refuses(file + raw(1.0f) + raw(std::int32_t{1}) + "a", "the pieces 260 and 262 are both 'a'");
  refuses(file + raw(NAN) + raw(std::int32_t{1}) + "b", "the score of piece 262 is no number");
  auto without = list;
  without.erase(without.begin() + 3 + 0x41);
  refuses(file_of(without), "the piece <0x41> is missing");
  without = list;
  without[1].text = "<s>";
  refuses(file_of(without), "the special token '\\x0A<s>\\x0A' is missing");
}

TEST_CASE("score pairs: the tokenizer of stories260K") {
  const char* shared = std::getenv("TRANSFIX_DATA");
  const auto path = std::filesystem::path(shared == nullptr ? "" : shared) / "weights" / "stories260K" / "tok512.bin";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return;
  }
  const auto tokenizer = text::read_llama2c_tokenizer(path);
  CHECK(tokenizer.size() == 512);
  CHECK(tokenizer.encode("Once upon a time") == std::vector<Token>{403, 407, 261, 378});
  const std::string text = "Lily said: \"¿Qué?\" \xF0\x9F\x98\x80\n\t\xFF  two spaces ";
  CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
}
