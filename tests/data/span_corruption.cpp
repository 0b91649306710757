// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <transfix/data/span_corruption.hpp>

#include "../support.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
/// What an encoder-decoder reads, as models::SourceAndTarget has it.
template <Index Source, Index Target>
struct Input {
  Tokens<Source> source;
  Tokens<Target> target;
  Index source_length = Source;
};
using Corruption = data::SpanCorruption<Input<64, 32>>;

constexpr Token padding = 0, begin = 1, end = 2;
const data::SpanFormat format{
    .sentinels = {90, 91, 92, 93, 94, 95, 96, 97, 98, 99}, .padding = padding, .begin = begin, .end = end};

std::vector<Token> text_of(Index length) {
  std::vector<Token> tokens(static_cast<std::size_t>(length));
  std::iota(tokens.begin(), tokens.end(), 100);
  return tokens;
}
bool is_sentinel(Token token) { return token >= 90 && token < 100; }

/// Puts the hidden spans back; also checks that each sentinel stands once on both sides, in order.
std::vector<Token> restored(const auto& example, Index places) {
  std::vector<Token> text;
  Index told = 0;
  Token next = 90;
  for (Index place = 0; place + 1 < example.input.source_length; ++place) {
    const Token token = example.input.source[place];
    if (!is_sentinel(token)) {
      text.push_back(token);
      continue;
    }
    REQUIRE(token == next++);
    REQUIRE(example.target[told++] == token);
    while (told < places && !is_sentinel(example.target[told]) && example.target[told] != end) {
      text.push_back(example.target[told++]);
    }
  }
  REQUIRE(example.target[told] == end);
  REQUIRE(example.input.source[example.input.source_length - 1] == end);
  for (++told; told < places; ++told) REQUIRE(example.target[told] == -1);
  for (Index place = example.input.source_length; place < 64; ++place) REQUIRE(example.input.source[place] == padding);
  return text;
}
}  // namespace

TEST_CASE("span corruption: source and target together are the text, of every length") {
  Random random(1);
  for (Index length = 2; length <= 62; ++length) {
    const std::vector<std::vector<Token>> texts = {text_of(length)};
    const Corruption data(texts, format);
    for (int draw = 0; draw < 20; ++draw) {
      const auto example = data.example(0, random);
      REQUIRE(restored(example, 32) == texts[0]);
      const Index hidden = std::max(Index{1}, static_cast<Index>(std::lround(0.15 * static_cast<double>(length))));
      const Index spans = std::max(Index{1}, static_cast<Index>(std::lround(static_cast<double>(hidden) / 3)));
      REQUIRE(example.input.source_length == length - hidden + spans + 1);
      // The decoder reads what it has told so far, with `begin` in front.
      REQUIRE(example.input.target[0] == begin);
      for (Index place = 1; place < 32; ++place) {
        const Token before = example.target[place - 1];
        REQUIRE(example.input.target[place] == (before < 0 ? padding : before));
      }
    }
  }
}

TEST_CASE("span corruption: an input with shorter forms knows the longer one of its lengths") {
  struct Padded {
    Tokens<32> source, target;
    Index source_length = 32, length = 32;
  };
  const std::vector<std::vector<Token>> texts = {text_of(20)};
  auto given = format;
  CHECK(data::SpanCorruption<Padded>(texts, given).example(0).input.length == 17 + 1 + 1);  // the source
  given.share = 0.7;
  CHECK(data::SpanCorruption<Padded>(texts, given).example(0).input.length == 14 + 5 + 1);  // the target
}

TEST_CASE("span corruption: every way to lay the spans is equally likely") {
  // 8 tokens of which 4 are hidden in 2 spans: three ways to cut the shown ones and three for the hidden ones.
  const std::vector<std::vector<Token>> texts = {text_of(8)};
  auto half = format;
  half.share = 0.5;
  half.mean_length = 2;
  const Corruption data(texts, half);
  Random random(2);
  std::map<std::vector<Token>, int> counts;
  for (int draw = 0; draw < 9000; ++draw) {
    const auto example = data.example(0, random);
    ++counts[{example.input.source.data, example.input.source.data + example.input.source_length}];
  }
  CHECK(counts.size() == 9);
  for (const auto& [source, count] : counts) CHECK(std::abs(count - 1000) < 5 * std::sqrt(1000.0));
}

TEST_CASE("span corruption: evaluation has the same spans every time, by the seed") {
  const std::vector<std::vector<Token>> texts = {text_of(40), text_of(40)};
  const Corruption data(texts, format, 1), other(texts, format, 2);
  const auto source = [](const Corruption& from, Index number) {
    const auto example = from.example(number);
    return std::vector<Token>(example.input.source.data, example.input.source.data + 64);
  };
  CHECK(source(data, 0) == source(data, 0));
  CHECK(source(data, 0) != source(data, 1));
  CHECK(source(data, 0) != source(other, 0));
  CHECK(data.size() == 2);
}

TEST_CASE("span corruption: texts that do not fit are refused by number") {
  const auto refused = [](std::vector<Token> text, data::SpanFormat given = format) {
    const std::vector<std::vector<Token>> texts = {text_of(10), std::move(text)};
    return message_of([&] { Corruption(texts, given); });
  };
  CHECK(contains(refused(text_of(1)), "text 1 has 1 tokens"));
  CHECK(contains(refused(text_of(80)), "text 1 of 80 tokens becomes a source of 73, and the model has room for 64"));
  CHECK(contains(refused({100, 95, 101}), "text 1 has a sentinel in it"));
  auto much = format;
  much.share = 0.6;
  CHECK(contains(refused(text_of(60), much), "needs 12 sentinels, and there are 10"));
  much.mean_length = 20;
  CHECK(contains(refused(text_of(60), much), "becomes a target of 39"));
  much.share = 1;
  CHECK(contains(refused(text_of(60), much), ".share is 1.0"));
}
