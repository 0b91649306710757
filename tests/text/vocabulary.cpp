// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <transfix/text/vocabulary.hpp>

#include "folder.hpp"

using namespace transfix;
using text::Vocabulary;
using Words = std::vector<std::string>;

TEST_CASE("vocabulary: special tokens come first, then frequent words, then by their bytes") {
  const text::WordCounts counts{{"the", 9}, {"b", 2}, {"a", 2}, {"\u00E9", 2}, {"rare", 1}, {"[PAD]", 5}};
  const text::SpecialTokens special{
      .padding = "[PAD]", .unknown = "[UNK]", .begin = "[S]", .end = "[S]", .others = {"[X]"}};
  const auto all = Vocabulary::build(counts, {.special = special});
  CHECK(all.words() == Words{"[PAD]", "[UNK]", "[S]", "[X]", "the", "a", "b", "\u00E9", "rare"});
  CHECK(Vocabulary::build(counts, {.special = special, .minimum_count = 2}).size() == 8);
  CHECK(Vocabulary::build(counts, {.special = special, .maximum_size = 6}).words().back() == "a");
  CHECK(Vocabulary::build(counts, {.special = special, .maximum_size = 4}).size() == 4);
  CHECK_THROWS_WITH_AS(Vocabulary::build(counts, {.special = special, .maximum_size = 3}),
                       "maximum_size is 3, less than the 4 special tokens; give room for them and for words", Error);
  CHECK(Vocabulary::build({}).size() == 0);
}

TEST_CASE("vocabulary: words and tokens are looked up") {
  const Vocabulary vocabulary({"[UNK]", "a", "b"}, {.unknown = "[UNK]"});
  CHECK(vocabulary.token("b") == 2);
  CHECK(vocabulary.word(1) == "a");
  CHECK(vocabulary.find("a") == 1);
  CHECK(!vocabulary.find("c"));
  CHECK(vocabulary.token_or_unknown("b") == 2);
  CHECK(vocabulary.token_or_unknown("c") == 0);
  CHECK(vocabulary.token(vocabulary.special().unknown) == 0);
  CHECK_THROWS_AS(vocabulary.token("c"), Error);
  CHECK_THROWS_AS(vocabulary.token(vocabulary.special().padding), Error);
  CHECK_THROWS_AS(vocabulary.word(3), Error);
  CHECK_THROWS_AS(vocabulary.word(-1), Error);
  CHECK_THROWS_WITH(Vocabulary({"a"}).token_or_unknown("c\n"),
                    "the text has 'c\\x0A', which is not among the 1 words of the vocabulary; leave it out, or build "
                    "the vocabulary with a special token for unknown words");
}

TEST_CASE("vocabulary: a copy lives on after the original") {
  auto original = std::make_unique<Vocabulary>(Words{"a", "b"});
  const Vocabulary copy = *original;
  original.reset();
  CHECK(copy.token("b") == 1);
}

TEST_CASE("vocabulary: what has words twice, or none, is refused") {
  CHECK_THROWS_WITH_AS(Vocabulary({"a", "b", "a"}), "the vocabulary has 'a' twice, as tokens 0 and 2; leave one out",
                       Error);
  CHECK_THROWS_AS(Vocabulary({"a", ""}), Error);
  CHECK_THROWS_WITH(Vocabulary({"a"}, {.mask = "[MASK]"}),
                    "the vocabulary lacks the special token '[MASK]'; add it, or give the name that it has");
}

TEST_CASE("vocabulary: a file gives back any words") {
  const Folder folder;
  Words words{"[PAD]", "\\", "\\xFF", "\xFF", "\"", "\n", std::string("\0", 1), "\xC3", "\xA9", "\u00E9", "\U0001F600"};
  const Vocabulary vocabulary(words, {.padding = "[PAD]", .others = {"\\"}});
  vocabulary.save(folder.path / "words.json");
  CHECK(Vocabulary::load(folder.path / "words.json") == vocabulary);
  vocabulary.save(folder.path / "words.json");  // over the old file
  CHECK(Vocabulary::load(folder.path / "words.json").words() == words);
  Vocabulary({}).save(folder.path / "empty.json");
  CHECK(Vocabulary::load(folder.path / "empty.json").size() == 0);
}

TEST_CASE("vocabulary: broken files are refused, and named") {
  const Folder folder;
  const auto path = folder.path / "words.json";
  Vocabulary({"[PAD]", "a", "b"}, {.padding = "[PAD]"}).save(path);
  const std::string good = io::read_bytes(path);
  const auto refused = [&](const std::string& content) {
    CAPTURE(content);
    std::ofstream(path, std::ios::binary) << content;
    CHECK_THROWS_WITH_AS(Vocabulary::load(path), doctest::Contains(path.string().c_str()), Error);
  };
  for (std::size_t length = 0; length + 2 < good.size(); ++length) refused(good.substr(0, length));
  refused("[]");
  refused("null");
  refused(std::string(100'000, '['));
  refused(std::string(1'000'000, '[') + std::string(1'000'000, ']'));
  refused("{\"format\": 1}");
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const auto place = text.find(from);
    REQUIRE(place != text.npos);
    return text.replace(place, from.size(), to);
  };
  refused(changed("vocabulary 1", "vocabulary 2"));
  refused(changed("\"b\"", "\"a\""));
  refused(changed("\"b\"", "\"\""));
  refused(changed("\"b\"", "7"));
  refused(changed("\"b\"", "null"));
  refused(changed("\"b\"", "\"\\\\\""));
  refused(changed("\"b\"", "\"\\\\xff\""));
  refused(changed("\"b\"", "\"\xFF\""));
  refused(changed("\"b\"", "\"b\"]"));
  refused(changed("\"words\"", "\"worms\""));
  refused(changed("\"others\": []", "\"others\": [], \"others\": []"));
  refused(changed("\"unknown\": \"\"", "\"unknown\": \"[UNK]\""));
  refused(changed("\"unknown\": \"\"", "\"unknown\": false"));
  std::ofstream(path, std::ios::binary) << "{\"format\":\n\"transfix\n\"}";
  CHECK_THROWS_WITH(Vocabulary::load(path), doctest::Contains("words.json:2: not valid JSON"));
  CHECK_THROWS_AS(Vocabulary::load(folder.path / "none.json"), Error);
  CHECK_THROWS_AS(Vocabulary({"a"}).save(folder.path / "none" / "words.json"), Error);
}
