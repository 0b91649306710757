// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/text/word_piece_training.hpp>

using namespace transfix;

namespace {
text::Vocabulary learn(const text::WordCounts& words, Index size, Index minimum_count = 1) {
  return text::learn_word_pieces(
      words, {.special = text::bert_special_tokens(), .minimum_count = minimum_count, .maximum_size = size});
}
bool has(const text::Vocabulary& vocabulary, std::string_view piece) { return vocabulary.find(piece).has_value(); }
const text::WordCounts walks{{"walk", 9}, {"walking", 7}, {"walked", 5}, {"talking", 6}, {"talked", 4}, {"zoé", 1}};
}  // namespace

TEST_CASE("word piece training: frequent beginnings and ends of words become pieces") {
  const auto vocabulary = learn(walks, 256 + 7);  // after the merges of al, alk, walk, in, ing, talk and ed
  for (const char* piece : {"walk", "talk", "##ing", "##ed"}) {
    CAPTURE(std::string(piece));
    CHECK(has(vocabulary, piece));
  }
  CHECK(!has(vocabulary, "ing"));
  const text::WordPiece tokenizer(vocabulary);
  CHECK(tokenizer.encode("walking talked") == std::vector<Token>{vocabulary.token("walk"), vocabulary.token("##ing"),
                                                                 vocabulary.token("talk"), vocabulary.token("##ed")});
}

TEST_CASE("word piece training: every character has a piece, so that every word of the text can be written") {
  const auto small = learn(walks, 18);
  CHECK(small.size() == 18);
  const text::WordPiece tokenizer(small);
  for (const auto& [known, count] : walks) {
    const std::string& word = known;
    CAPTURE(word);
    for (const Token token : tokenizer.encode(word == "zoé" ? "zoe" : word)) CHECK(token != tokenizer.token("[UNK]"));
  }
  CHECK(has(small, "##é"));  // whole characters, never a part of one
  CHECK(!has(learn(walks, 100, 2), "##é"));
  CHECK(has(learn(walks, 100, 2), "##k"));
}

TEST_CASE("word piece training: what cannot be learned from is refused") {
  CHECK_THROWS_WITH_AS(learn({}, 100), "word pieces cannot be learned from an empty text; give it the text to train on",
                       Error);
  CHECK_THROWS_AS(learn(walks, 2), Error);
}
