// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/data/augment/delete_words.hpp>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augment/hide_words.hpp>
#include <transfix/data/augmented_words.hpp>
#include <transfix/data/sentences.hpp>

#include "../support.hpp"

using namespace transfix;
using data::WordTokens;
using support::contains;
using support::message_of;

namespace {
/// What a model reads, with a place of padding before and after, as models::Sentence has it.
struct Input {
  static constexpr Index context = 4;
  std::array<std::array<Token, 6>, 5> tokens = {};
  Index length = 0;
  void set(Index place, const WordTokens& word) {
    for (std::size_t part = 0; part < 5; ++part) tokens[part][static_cast<std::size_t>(place + 1)] = word[part];
  }
};

const data::LabelMap labels({"bad", "good"});
const std::vector<data::LabelledText> texts = {{1, "A good film"}, {0, "a bad film"}, {1, "good good good film"}};
const auto language = data::SentenceLanguage::learn(texts, labels, 100);
const data::Sentences<Input> sentences(texts, language, false, "texts");
}  // namespace

TEST_CASE("sentences: words that occur twice are known by all their parts, others by those that they share") {
  CHECK(language.parts.find("word good"));
  CHECK(language.parts.find("word a"));
  CHECK(!language.parts.find("word bad"));
  const auto good = language.word("good"), capital = language.word("Good"), bad = language.word("bad");
  CHECK(good.front() == capital.front());
  CHECK(good.back() != capital.back());
  CHECK(bad.front() == language.unknown());
  CHECK(bad.back() == good.back());
}

TEST_CASE("sentences: an example has its words with padding on both sides, and its label") {
  REQUIRE(sentences.size() == 3);
  const auto example = sentences.example(0);
  CHECK(example.target[0] == 1);
  CHECK(example.input.length == 3);
  for (std::size_t part = 0; part < 5; ++part) {
    CHECK(example.input.tokens[part][0] == language.padding());
    CHECK(example.input.tokens[part][2] == language.word("good")[part]);
    CHECK(example.input.tokens[part][4] == language.padding());
  }
}

TEST_CASE("sentences: what is too long or empty is refused by its line or number, or cut") {
  const std::vector<data::LabelledText> wrong = {{1, "a film"}, {1, "a b c d e"}};
  CHECK(contains(message_of([&] {
                   data::Sentences<Input>({{1, "a b c d e", 17}}, language, false, "texts");
                 }),
                 "texts:17: the sentence has 5 words"));
  CHECK(contains(message_of([&] { data::Sentences<Input>(wrong, language, false, "texts"); }),
                 "texts: example 2: the sentence has 5 words and the model was built for 4"));
  CHECK(data::Sentences<Input>(wrong, language, true, "texts").example(1).input.length == 4);
  CHECK(contains(message_of([&] { data::Sentences<Input>({{1, " "}}, language, true, "texts"); }), "no word"));
}

TEST_CASE("sentences: a language comes back from its metadata") {
  const auto again = data::SentenceLanguage::from(language.metadata(), "file");
  CHECK(again.parts == language.parts);
  CHECK(again.labels.names() == labels.names());
  CHECK(contains(message_of([] { data::SentenceLanguage::from({}, "file"); }), "file: the file has no parts"));
  for (const char* damaged : {"", "[\"a\"", "{}", "[1]"}) {
    CHECK(contains(message_of([&] {
                     data::SentenceLanguage::from({{"parts", damaged}}, "file");
                   }),
                   "file: what the file says of its parts is damaged"));
  }
}

TEST_CASE("sentences: changed words become changed examples") {
  WordTokens unknown;
  unknown.fill(language.unknown());
  const data::AugmentedWords dropped(sentences, data::DropWords<WordTokens>{1, unknown});
  Random random(1);
  const auto example = dropped.example(2, random);
  CHECK(example.input.length == 4);
  for (std::size_t part = 0; part < 5; ++part) CHECK(example.input.tokens[part][4] == language.unknown());
  CHECK(dropped.example(2).input.tokens == sentences.example(2).input.tokens);

  const data::AugmentedWords hidden(sentences, data::HideWords{1, language.unknown()});
  CHECK(hidden.example(0, random).input.tokens[0][2] == language.unknown());
  CHECK(hidden.example(0, random).input.tokens[4][2] == language.word("good")[4]);

  const data::AugmentedWords shorter(sentences, data::DeleteWords{1});
  const auto one = shorter.example(1, random);
  CHECK(one.input.length == 1);
  CHECK(one.input.tokens[0][2] == language.padding());
  CHECK(one.target[0] == 0);
  CHECK(contains(message_of([&] { data::AugmentedWords(sentences, data::DeleteWords{2}); }), "DeleteWords"));
}
