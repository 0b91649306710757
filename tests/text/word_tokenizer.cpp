// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <transfix/text/word_tokenizer.hpp>

#include "folder.hpp"

using namespace transfix;
using namespace transfix::text;

TEST_CASE("word tokenizer: words are numbered by how often they occur") {
  const auto tokenizer = WordTokenizer::fit("the cat and the dog, the end and");
  CHECK(tokenizer.size() == 7);
  CHECK(tokenizer.vocabulary().words() == std::vector<std::string>{"[UNK]", "the", "and", ",", "cat", "dog", "end"});
  CHECK(tokenizer.encode("the  mouse,\nthe end") == std::vector<Token>{1, 0, 3, 1, 6});
  CHECK(tokenizer.decode(std::vector<Token>{1, 4, 0}) == "the cat [UNK]");
  CHECK(tokenizer.encode("").empty());
  CHECK_THROWS_AS(tokenizer.decode(std::vector<Token>{7}), Error);
  CHECK_THROWS_AS(WordTokenizer::fit(""), Error);
}

TEST_CASE("word tokenizer: options say what a word is") {
  const auto plain = WordTokenizer::fit("Don't DON'T", {.rule = WordRule::white_space, .vocabulary = {}});
  CHECK(plain.vocabulary().words() == std::vector<std::string>{"DON'T", "Don't"});
  CHECK_THROWS_WITH_AS(plain.encode("Don't you"), doctest::Contains("the text has 'you'"), Error);
  const auto lower = WordTokenizer::fit("Caf\u00E9 CAFE\u0301 cafe",
                                        {.normalizer = {.letter_case = LetterCase::lower, .strip_accents = true}});
  CHECK(lower.size() == 2);
  CHECK(lower.encode("C\u00C0fe") == std::vector<Token>{1});
  const auto bytes = WordTokenizer::fit("a\xFF a", {.rule = WordRule::bytes});
  CHECK(bytes.decode(bytes.encode("\xFF a")) == "\xFF a");
  const auto few = WordTokenizer::fit("a a a b b c", {.vocabulary = {.special = {.unknown = "?"}, .maximum_size = 3}});
  CHECK(few.decode(few.encode("a b c")) == "a b ?");
}

TEST_CASE("word tokenizer: a file gives back the tokenizer with its options") {
  const Folder folder;
  const auto path = folder.path / "words.json";
  for (const auto& options :
       {WordTokenizerOptions{},
        WordTokenizerOptions{.normalizer = {.letter_case = LetterCase::fold, .form = NormalForm::nfc},
        .rule = WordRule::white_space},
        WordTokenizerOptions{.normalizer = {.remove_controls = true,
                                           .squeeze_white_space = true,
                                           .strip_accents = true,
                                           .form = NormalForm::nfkd,
                                           .invalid = InvalidUtf8::refuse},
        .rule = WordRule::bytes,
        .vocabulary = {.special = {.padding = "0", .unknown = "\\"}}}}) {
    const auto tokenizer = WordTokenizer::fit("a B \u00C9 a, \\", options);
    tokenizer.save(path);
    CHECK(WordTokenizer::load(path) == tokenizer);
  }
  const std::string good = io::read_bytes(path);
  for (const auto& [from, to] : {std::pair{"\"bytes\"", "\"lines\""},
                                 {"\"nfkd\"", "\"nfx\""},
                                 {"\"refuse\"", "1"},
                                 {"\"rule\"", "\"role\""},
                                 {"true", "\"true\""}}) {
    std::string text = good;
    text.replace(text.find(from), std::string_view(from).size(), to);
    std::ofstream(path, std::ios::binary) << text;
    CHECK_THROWS_WITH_AS(WordTokenizer::load(path), doctest::Contains(path.string().c_str()), Error);
  }
}
