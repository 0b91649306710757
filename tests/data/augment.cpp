// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <transfix/data/augment/delete_words.hpp>
#include <transfix/data/augment/drop_words.hpp>
#include <transfix/data/augment/mask_words.hpp>
#include <transfix/data/augment/swap_words.hpp>
#include <transfix/data/augment/synonyms.hpp>

#include "../support.hpp"
#include "files.hpp"

using namespace transfix;
using data::Sequence;
using support::contains;
using support::message_of;

namespace {
constexpr Token padding = 0, begin = 1, separator = 2, mask = 3, unknown = 4;
const std::vector<Token> special = {padding, begin, separator, mask};

// Words 10, 11, 12, ... so that a word tells where it stood.
std::vector<Token> words(Index count) {
  std::vector<Token> tokens(static_cast<std::size_t>(count));
  std::iota(tokens.begin(), tokens.end(), 10);
  return tokens;
}

/// Two sentences of four words each with their marks, and padding: [1] 10..13 [2] 20..23 [2] [0] [0].
struct Pair {
  std::vector<Token> tokens = {begin, 10, 11, 12, 13, separator, 20, 21, 22, 23, separator, padding, padding};
  std::vector<Token> segments = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0};
  std::vector<Token> targets = {-1, 110, 111, 112, 113, -1, 120, 121, 122, 123, -1, -1, -1};
  Sequence<Token> sequence() {
    return {.places = tokens,
            .length = 11,
            .padding = padding,
            .untouched = special,
            .segments = segments.data(),
            .targets = targets.data()};
  }
};

/// |found - expected| within five standard deviations of the share found in `trials` trials.
bool near(double found, double expected, double trials) {
  return std::abs(found - expected) < 5 * std::sqrt(expected * (1 - expected) / trials);
}
}  // namespace

TEST_CASE("augment: a change that is not asked for changes nothing and draws no number") {
  const data::Synonyms<Token> synonyms = {{10, {20}}};
  auto tokens = words(20);
  Random random(1), untouched(1);
  data::change(tokens, random, data::DeleteWords{}, data::SwapWords{}, data::DropWords<>{},
               data::ReplaceWords{synonyms, 0});
  CHECK(tokens == words(20));
  Pair pair;
  auto sequence = pair.sequence();
  data::MaskWords{}(sequence, random);
  CHECK(pair.tokens == Pair().tokens);
  CHECK(pair.targets == Pair().targets);
  CHECK(random.bits() == untouched.bits());
}

TEST_CASE("augment: equal random numbers give equal changes, others other ones") {
  const auto changed = [](std::uint64_t seed) {
    auto tokens = words(30);
    Random random(seed);
    data::change(tokens, random, data::DeleteWords{0.2}, data::SwapWords{0.2}, data::DropWords<>{0.2, unknown});
    return tokens;
  };
  CHECK(changed(1) == changed(1));
  CHECK(changed(1) != changed(2));
}

TEST_CASE("augment: deletion takes its share of the words and leaves the others in order") {
  Random random(1);
  double deleted = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    auto tokens = words(20);
    data::change(tokens, random, data::DeleteWords{0.3});
    deleted += 20 - static_cast<double>(tokens.size());
    REQUIRE(std::is_sorted(tokens.begin(), tokens.end()));
    REQUIRE(!tokens.empty());
  }
  CHECK(near(deleted / 40000, 0.3, 40000));
}

TEST_CASE("augment: deletion always leaves one word, any of them") {
  Random random(1);
  std::vector<double> counts(4);
  for (int trial = 0; trial < 4000; ++trial) {
    auto tokens = words(4);
    data::change(tokens, random, data::DeleteWords{1});
    REQUIRE(tokens.size() == 1);
    ++counts[static_cast<std::size_t>(tokens[0] - 10)];
  }
  for (const double count : counts) CHECK(near(count / 4000, 0.25, 4000));
  std::vector<Token> none;
  data::change(none, random, data::DeleteWords{1}, data::SwapWords{1}, data::DropWords<>{1, unknown});
  CHECK(none.empty());
}

TEST_CASE("augment: deletion takes segments and targets along and fills up with padding") {
  Random random(2);
  for (int trial = 0; trial < 200; ++trial) {
    Pair pair;
    auto sequence = pair.sequence();
    data::DeleteWords{0.5}(sequence, random);
    REQUIRE(sequence.length < 12);
    REQUIRE(std::count(pair.tokens.begin(), pair.tokens.end(), separator) == 2);
    REQUIRE(pair.tokens[0] == begin);
    REQUIRE(sequence[sequence.length - 1] == separator);
    for (std::size_t place = 0; place < pair.tokens.size(); ++place) {
      const Token token = pair.tokens[place];
      if (static_cast<Index>(place) >= sequence.length) REQUIRE(token == padding);
      REQUIRE(pair.targets[place] == (token >= 10 ? token + 100 : -1));
      if (token >= 10) REQUIRE(pair.segments[place] == (token >= 20 ? 1 : 0));
      if (token == padding) REQUIRE(pair.segments[place] == 0);
    }
  }
}

TEST_CASE("augment: swaps keep all words, in their sentence, with what belongs to them") {
  Random random(3);
  double moved = 0;
  for (int trial = 0; trial < 500; ++trial) {
    Pair pair;
    auto sequence = pair.sequence();
    data::SwapWords{0.2}(sequence, random);
    CHECK(sequence.length == 11);
    for (const std::size_t mark : {0u, 5u, 10u, 11u, 12u}) REQUIRE(pair.tokens[mark] == Pair().tokens[mark]);
    for (std::size_t place = 0; place < 11; ++place) {
      const Token token = pair.tokens[place];
      if (token >= 10) REQUIRE(pair.targets[place] == token + 100);
      moved += token != Pair().tokens[place];
    }
    auto sorted = pair.tokens;
    std::sort(sorted.begin() + 1, sorted.begin() + 5);
    std::sort(sorted.begin() + 6, sorted.begin() + 10);
    REQUIRE(sorted == Pair().tokens);
  }
  CHECK(moved / 500 > 1.5);  // of 8 words; 8 * 0.2 swaps move two words each, some of them back
  CHECK(moved / 500 < 3.2);
}

TEST_CASE("augment: a swap chooses any other word, equally likely") {
  Random random(4);
  std::vector<double> first(5);
  for (int trial = 0; trial < 5000; ++trial) {
    // With a share of 1 the last swap is that of the last word, with any of the four others.
    auto tokens = words(5);
    data::change(tokens, random, data::SwapWords{1});
    ++first[static_cast<std::size_t>(tokens[4] - 10)];
  }
  CHECK(first[4] < 5000 * 0.5);
  for (const double count : first) CHECK(count > 5000 * 0.1);
  auto alone = words(1);
  data::change(alone, random, data::SwapWords{1});
  CHECK(alone == words(1));
}

TEST_CASE("augment: dropped words become the unknown one, marks and padding stay") {
  Random random(5);
  double dropped = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    Pair pair;
    auto sequence = pair.sequence();
    data::DropWords<>{0.25, unknown}(sequence, random);
    for (std::size_t place = 0; place < pair.tokens.size(); ++place) {
      if (pair.tokens[place] == Pair().tokens[place]) continue;
      REQUIRE(Pair().tokens[place] >= 10);
      REQUIRE(pair.tokens[place] == unknown);
      ++dropped;
    }
    REQUIRE(pair.targets == Pair().targets);
  }
  CHECK(near(dropped / 16000, 0.25, 16000));
  // Words of any kind: texts, here.
  std::vector<std::string> texts = {"a", "good", "film"};
  data::change(texts, random, data::DropWords<std::string>{1, "?"});
  CHECK(texts == std::vector<std::string>(3, "?"));
}

TEST_CASE("augment: masked words are as many as in BERT, and of the three kinds") {
  Random random(6);
  constexpr data::MaskWords change{.share = 0.15, .mask = mask, .vocabulary = 1000};
  std::vector<double> at_place(40);
  double masked = 0, replaced = 0, kept = 0, low = 0;
  constexpr int trials = 3000;
  for (int trial = 0; trial < trials; ++trial) {
    auto tokens = words(40);
    std::vector<Token> targets(40, 7);
    Sequence<Token> sequence{.places = tokens, .untouched = special, .targets = targets.data()};
    change(sequence, random);
    Index chosen = 0;
    for (std::size_t place = 0; place < 40; ++place) {
      const auto word = static_cast<Token>(10 + place);
      if (targets[place] == -1) {
        REQUIRE(tokens[place] == word);
        continue;
      }
      REQUIRE(targets[place] == word);
      ++chosen;
      ++at_place[place];
      const bool same = tokens[place] == word, hidden = tokens[place] == mask;
      masked += hidden;
      kept += same;
      replaced += !same && !hidden;
      if (!same && !hidden) {
        REQUIRE(std::find(special.begin(), special.end(), tokens[place]) == special.end());
        low += tokens[place] < 500;
      }
    }
    REQUIRE(chosen == 6);  // 15 % of 40
  }
  CHECK(near(masked / (6 * trials), 0.8, 6 * trials));
  CHECK(near(replaced / (6 * trials), 0.1, 6 * trials));
  CHECK(near(kept / (6 * trials), 0.1, 6 * trials));
  CHECK(near(low / replaced, 0.5, replaced));
  for (const double count : at_place) CHECK(near(count / trials, 0.15, trials));
}

TEST_CASE("augment: masking leaves marks and padding alone and hides at least one word") {
  Random random(7);
  for (int trial = 0; trial < 200; ++trial) {
    Pair pair;
    auto sequence = pair.sequence();
    data::MaskWords{.share = 0.01, .mask = mask, .vocabulary = 100}(sequence, random);
    REQUIRE(std::count(pair.targets.begin(), pair.targets.end(), -1) == 12);
    for (std::size_t place = 0; place < pair.tokens.size(); ++place) {
      if (Pair().tokens[place] < 10) REQUIRE(pair.tokens[place] == Pair().tokens[place]);
    }
  }
  Pair nothing;
  nothing.tokens.assign(13, padding);
  auto sequence = nothing.sequence();
  data::MaskWords{.share = 0.15, .mask = mask, .vocabulary = 100}(sequence, random);
  CHECK(nothing.targets == std::vector<Token>(13, -1));
  auto tokens = words(5);
  CHECK(contains(message_of([&] { data::change(tokens, random, data::MaskWords{0.15, mask, 100}); }), "no targets"));
}

TEST_CASE("augment: synonyms from a file, on words and on tokens") {
  const Folder folder;
  const auto path = folder.file("synonyms.tsv", "good\tfine great\n\nfilm\tmovie\r\nnever\tseldom\n");
  const auto table = data::read_synonyms(path);
  CHECK(table == data::Synonyms<std::string>{{"good", {"fine", "great"}}, {"film", {"movie"}}, {"never", {"seldom"}}});
  Random random(8);
  std::map<std::string, double> counts;
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<std::string> sentence = {"a", "good", "film"};
    data::change(sentence, random, data::ReplaceWords{table, 0.5});
    REQUIRE(sentence[0] == "a");
    ++counts[sentence[1]];
    ++counts[sentence[2]];
  }
  CHECK(counts.size() == 5);
  CHECK(near(counts["good"] / 4000, 0.5, 4000));
  CHECK(near(counts["great"] / 4000, 0.25, 4000));
  CHECK(near(counts["movie"] / 4000, 0.5, 4000));

  const std::vector<std::string> vocabulary = {"good", "great", "film", "movie", "never"};
  const auto find = [&](const std::string& word) -> std::optional<Token> {
    const auto place = std::find(vocabulary.begin(), vocabulary.end(), word);
    if (place == vocabulary.end()) return std::nullopt;
    return static_cast<Token>(place - vocabulary.begin());
  };
  const auto of_tokens = data::encoded(table, find);
  CHECK(of_tokens == data::Synonyms<Token>{{0, {1}}, {2, {3}}});  // "fine" and "seldom" are not in the vocabulary
  std::vector<Token> sentence = {4, 0, 2};
  data::change(sentence, random, data::ReplaceWords{of_tokens, 1});
  CHECK(sentence == std::vector<Token>{4, 1, 3});
  const auto nowhere = [](const std::string&) -> std::optional<Token> { return std::nullopt; };
  CHECK(contains(message_of([&] { data::encoded(table, nowhere); }), "of 3 words with synonyms none"));
}

TEST_CASE("augment: a table of synonyms that is wrong is refused with its line") {
  const Folder folder;
  const auto refused = [&](const char* bytes) {
    return message_of([&] { data::read_synonyms(folder.file("wrong", bytes)); });
  };
  CHECK(contains(refused("good\tfine\ngreat fine\n"), "wrong:2: the line is not a word, a tab"));
  CHECK(contains(refused("\tfine\n"), "wrong:1: the line is not a word, a tab"));
  CHECK(contains(refused("good\t \n"), "wrong:1: after 'good' and the tab stands no synonym"));
  CHECK(contains(refused("good\tfine\ngood\tgreat\n"), "wrong:2: the word 'good' has a line already"));
  CHECK(contains(refused("\n"), "empty"));
  CHECK(contains(message_of([&] { data::read_synonyms(folder.path / "missing"); }), "no such file"));
}

TEST_CASE("augment: shares that make no sense are errors") {
  CHECK(contains(message_of([] { data::DeleteWords{-0.1}.check(); }), "DeleteWords: the share is -0.1"));
  CHECK(contains(message_of([] { data::SwapWords{1.5}.check(); }), "SwapWords"));
  CHECK(contains(message_of([] { data::DropWords<>{NAN, unknown}.check(); }), "DropWords"));
  CHECK(
      contains(message_of([] { data::MaskWords{.share = 0.1, .vocabulary = 9, .masked = 0.95}.check(); }), "together"));
  CHECK(contains(message_of([] { data::MaskWords{.share = 0.1}.check(); }), ".vocabulary"));
}
