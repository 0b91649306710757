// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <transfix/core/random.hpp>
#include <transfix/text/gpt2_files.hpp>

#include "folder.hpp"

using namespace transfix;
using namespace transfix::text;

namespace {
/// Text of few characters, so that pairs overlap and repeat.
std::string babble(std::uint64_t seed, int length, std::string_view characters = "aaabbc \n1") {
  Random random(seed);
  std::string text;
  for (int i = 0; i < length; ++i) {
    text += characters[static_cast<std::size_t>(random.below(std::ssize(characters)))];
  }
  return text;
}
std::string random_bytes(std::uint64_t seed, int length) {
  Random random(seed);
  std::string text;
  for (int i = 0; i < length; ++i) text += static_cast<char>(random.below(256));
  return text;
}

using Pair = std::pair<Token, Token>;

void merge_all(std::vector<Token>& word, Pair pair, Token result) {
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    if (Pair{word[i], word[i + 1]} != pair) continue;
    word[i] = result;
    word.erase(word.begin() + static_cast<Index>(i) + 1);
  }
}

/// The merges as the definition says: count all pairs anew for each merge.
struct SlowTraining {
  std::vector<std::string> tokens;
  std::vector<Merge> merges;

  SlowTraining(std::string_view corpus, std::size_t size, Index minimum_count) {
    for (int byte = 0; byte < 256; ++byte) tokens.emplace_back(1, static_cast<char>(byte));
    std::vector<std::vector<Token>> words;
    for_each_gpt2_word(corpus, [&](std::string_view word) {
      words.emplace_back();
      for (const char byte : word) words.back().push_back(static_cast<unsigned char>(byte));
    });
    while (tokens.size() < size) {
      std::map<Pair, Index> counts;
      for (const auto& word : words) {
        for (std::size_t i = 0; i + 1 < word.size(); ++i) ++counts[{word[i], word[i + 1]}];
      }
      const auto best = std::max_element(counts.begin(), counts.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
      if (best == counts.end() || best->second < minimum_count) break;
      const auto [left, right] = best->first;
      const auto bytes = tokens[static_cast<std::size_t>(left)] + tokens[static_cast<std::size_t>(right)];
      const auto place = std::find(tokens.begin(), tokens.end(), bytes);
      const auto result = static_cast<Token>(place - tokens.begin());
      if (place == tokens.end()) tokens.push_back(bytes);
      const Merge merge{left, right, result};
      if (std::find(merges.begin(), merges.end(), merge) == merges.end()) merges.push_back(merge);
      for (auto& word : words) merge_all(word, best->first, result);
    }
  }

  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> found;
    for_each_gpt2_word(text, [&](std::string_view piece) {
      std::vector<Token> word;
      for (const char byte : piece) word.push_back(static_cast<unsigned char>(byte));
      for (;;) {
        const auto best = std::find_if(merges.begin(), merges.end(), [&](const Merge& merge) {
          const std::array<Token, 2> pair{merge.left, merge.right};
          return std::search(word.begin(), word.end(), pair.begin(), pair.end()) != word.end();
        });
        if (best == merges.end()) break;
        merge_all(word, {best->left, best->right}, best->result);
      }
      found.insert(found.end(), word.begin(), word.end());
    });
    return found;
  }
};
}  // namespace

TEST_CASE("byte-pair encoding: the classic example") {
  // Sennrich et al. 2016: low x 5, lower x 2, newest x 6, widest x 3.
  WordCounts words{{"low", 5}, {"lower", 2}, {"newest", 6}, {"widest", 3}};
  const auto encoding = BytePairEncoding::fit(words, {.size = 256 + 4, .special = {}});
  CHECK(encoding.size() == 260);
  const auto piece = [&](Token token) { return encoding.decode(std::vector<Token>{token}); };
  CHECK(piece(256) == "es");  // 9 times, as st: the smaller left token wins
  CHECK(piece(257) == "est");
  CHECK(piece(258) == "lo");
  CHECK(piece(259) == "low");
  CHECK(encoding.encode("lowest") == std::vector<Token>{259, 257});
}

TEST_CASE("byte-pair encoding: fast training and encoding do what the definition says") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    const auto corpus = seed % 2 == 0 ? babble(seed, 600) : babble(seed, 600, "ab");
    const auto encoding = BytePairEncoding::fit(corpus, {.size = 256 + 100, .special = {}});
    const SlowTraining slow(corpus, 256 + 100, 2);
    REQUIRE(encoding.size() == std::ssize(slow.tokens));
    for (Token token = 0; token < encoding.size(); ++token) {
      REQUIRE(encoding.decode(std::vector<Token>{token}) == slow.tokens[static_cast<std::size_t>(token)]);
    }
    for (const auto& text : {corpus, babble(seed + 100, 400), std::string(50, 'a')}) {
      REQUIRE(encoding.encode(text) == slow.encode(text));
    }
  }
}

TEST_CASE("byte-pair encoding: all places of a pair are merged before the pairs that come of it") {
  // With abc first made of a + bc, the merge abc + ab has a better rank than ab + c.
  MergeTable merges;
  std::vector<BytePairToken> tokens;
  for (int byte = 0; byte < 256; ++byte) tokens.push_back({std::string(1, static_cast<char>(byte)), false});
  for (const char* piece : {"ab", "bc", "abc", "abcab"}) tokens.push_back({piece, false});
  merges.add({'a', 'b', 256});
  merges.add({258, 256, 259});
  merges.add({256, 'c', 258});
  const BytePairEncoding encoding(BytePairTokens(tokens, {}, "test"), merges);
  CHECK(encoding.encode("abcabc") == std::vector<Token>{258, 258});
}

TEST_CASE("byte-pair encoding: any bytes come back as they were") {
  const auto encoding = BytePairEncoding::fit(babble(1, 2000) + random_bytes(2, 2000), {.size = 340});
  CHECK(encoding.size() == 340);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto text = random_bytes(seed, 200) + babble(seed, 200);
    REQUIRE(encoding.decode(encoding.encode(text)) == text);
    REQUIRE(encoding.decode(encode_with_special(encoding, text + "<|endoftext|>")) == text + "<|endoftext|>");
  }
  CHECK(encoding.encode("").empty());
  CHECK(encoding.decode(encoding.encode("<|endoftext|>")) == "<|endoftext|>");
  CHECK(encoding.encode("<|endoftext|>").size() > 1);
  CHECK(encode_with_special(encoding, "<|endoftext|>") == std::vector<Token>{339});
  CHECK(encoding.token("<|endoftext|>") == 339);
  CHECK_THROWS_AS(encoding.token("a"), Error);
  CHECK_THROWS_AS(encoding.decode(std::vector<Token>{340}), Error);
}

TEST_CASE("byte-pair encoding: giant words are trained on and encoded in little time") {
  const std::string same(1'000'000, 'a');
  const auto encoding = BytePairEncoding::fit(same, {.size = 300, .special = {}});
  CHECK(encoding.size() == 256 + 19);  // 2, 4, ... 2^19 letters
  const auto tokens = encoding.encode(same);
  CHECK(tokens.size() < 20);
  CHECK(encoding.decode(tokens) == same);
}

TEST_CASE("byte-pair encoding: training stops where no pair is frequent enough") {
  CHECK(BytePairEncoding::fit("abcd", {.size = 1000, .special = {}}).size() == 256);
  CHECK(BytePairEncoding::fit("abcd", {.size = 1000, .minimum_count = 1, .special = {}}).size() == 259);
  CHECK_THROWS_WITH_AS(
      BytePairEncoding::fit("abc", {.size = 256}),
      "a byte-pair encoding of size 256 has no room for 256 bytes and 1 special tokens; make it larger", Error);
  CHECK_THROWS_AS(BytePairEncoding::fit("", {.size = 300}), Error);
  // A learnt token and a special token of the same name are two tokens.
  const auto both = BytePairEncoding::fit("ab ab ab", {.size = 300, .special = {.padding = "ab"}});
  CHECK(both.encode("ab") != encode_with_special(both, "ab"));
}

TEST_CASE("byte-pair encoding: a file gives back the encoding") {
  const Folder folder;
  const auto path = folder.path / "pairs.json";
  const auto encoding = BytePairEncoding::fit(babble(3, 1000) + random_bytes(3, 1000) + "\\\\ \\\\ \\\\",
                                              {.size = 350, .special = {.end = "\xFF", .mask = "ab"}});
  encoding.save(path);
  const auto loaded = BytePairEncoding::load(path);
  CHECK(loaded == encoding);
  CHECK(loaded.token("\xFF") == encoding.size() - 2);
  CHECK(loaded.encode(babble(4, 100)) == encoding.encode(babble(4, 100)));

  const std::string good = io::read_bytes(path);
  const auto refused = [&](const std::string& content) {
    CAPTURE(content.substr(0, 300));
    std::ofstream(path, std::ios::binary) << content;
    CHECK_THROWS_WITH_AS(BytePairEncoding::load(path), doctest::Contains(path.string().c_str()), Error);
  };
  for (std::size_t length = 0; length + 2 < good.size(); length += 97) refused(good.substr(0, length));
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const auto place = text.find(from);
    REQUIRE(place != text.npos);
    return text.replace(place, from.size(), to);
  };
  refused(changed("\"A\"", "\"B\""));
  refused(changed("\"A\"", "\"\""));
  refused(changed("\"A\"", "\"\u4F60\""));
  refused(changed("\"A\"", "65"));
  refused(changed("\"A\",", ""));
  refused(changed("\"a b\"", "\"a\""));
  refused(changed("\"a b\"", "\"a a b\""));
  refused(changed("\"a b\"", "\"A B\""));
  refused(changed("\"a b\"", "[97, 98]"));
  refused(changed("\"a b\",", "\"a b\", \"a b\","));
}

TEST_CASE("byte-pair encoding: files of GPT-2's kind are read, and refused where they are broken") {
  const Folder folder;
  const auto encoder = folder.path / "encoder.json", merges = folder.path / "vocab.bpe";
  // Bytes in the order of GPT-2, which is not that of their values; then two merges and a special token.
  nlohmann::json tokens;
  for (int byte = 0; byte < 256; ++byte) tokens[in_byte_alphabet(std::string(1, static_cast<char>(byte)))] = 255 - byte;
  tokens[in_byte_alphabet(" t")] = 256;
  tokens[in_byte_alphabet(" to")] = 257;
  tokens["<|endoftext|>"] = 258;
  const std::string good_tokens = tokens.dump(), good_merges = "#version: 0.2\n\u0120 t\r\n\u0120t o\n";
  const auto read = [&](const std::string& first, const std::string& second) {
    std::ofstream(encoder, std::ios::binary) << first;
    std::ofstream(merges, std::ios::binary) << second;
    return read_gpt2(encoder, merges);
  };
  const auto encoding = read(good_tokens, good_merges);
  CHECK(encoding.size() == 259);
  CHECK(encoding.encode("a to t") == std::vector<Token>{255 - 'a', 257, 256});
  CHECK(encoding.token("<|endoftext|>") == 258);
  CHECK(read(good_tokens, "").encode(" to").size() == 3);
  CHECK(read(good_tokens, "\u0120 t").encode(" to").size() == 2);
  encoding.save(folder.path / "pairs.json");
  CHECK(BytePairEncoding::load(folder.path / "pairs.json") == encoding);

  const auto refused = [&](const std::string& first, const std::string& second, const std::string& words) {
    CAPTURE(second);
    CHECK_THROWS_WITH_AS(read(first, second), doctest::Contains(words.c_str()), Error);
  };
  const auto changed = [&](const char* name, const nlohmann::json& number) {
    auto copy = tokens;
    copy[name] = number;
    return copy.dump();
  };
  refused(good_tokens.substr(0, 1000), good_merges,
          "encoder.json:1: not valid JSON in UTF-8; the file is cut or damaged there");
  refused("{\"a\": 1, \"a\": 2}", good_merges, "the name 'a' occurs twice");
  refused("[1]", good_merges, "not an object");
  refused("{}", good_merges, "the byte 0 is no token");
  refused(changed("a", 5), good_merges, "has the number 5 of another token");
  refused(changed("a", 259), good_merges, "the number of 'a' is none of 0 .. 258");
  refused(changed("a", -1), good_merges, "the number of 'a'");
  refused(changed("a", "x"), good_merges, "the number of 'a'");
  refused(changed("a", 1.5), good_merges, "the number of 'a'");
  refused(changed("\u4F60", 259), good_merges, "'\u4F60' is not written in GPT-2's byte alphabet");
  refused(changed("", 259), good_merges, "token 259 is empty");
  refused(good_tokens, "#version\nx", "vocab.bpe:2: the merge 'x' is not two tokens");
  refused(good_tokens, "#version\n\u0120 t\nx y\n", "vocab.bpe:3: the merge 'x y' needs 'xy', which is no token");
  refused(good_tokens, "xx y\n", "vocab.bpe:1: the merge 'xx y' needs 'xx'");
  refused(good_tokens, "a \n", "vocab.bpe:1");
  refused(good_tokens, "a\xFF b\n", "vocab.bpe:1");
  refused(good_tokens, "\u0120 t\n\u0120 t\n", "vocab.bpe:2: the merge '\u0120 t' is there twice");
  refused(random_bytes(1, 5000), good_merges, "encoder.json");
  refused(good_tokens, random_bytes(1, 5000), "vocab.bpe:1");
  std::filesystem::remove(merges);
  CHECK_THROWS_AS(read_gpt2(encoder, merges), Error);
}
