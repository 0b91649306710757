// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <transfix/metrics/bleu.hpp>
#include <transfix/metrics/chrf.hpp>

using namespace transfix;
using namespace transfix::metrics;

namespace {
// The sentences that sacreBLEU scored for the tests of translation scores. Values were computed with the sources of
// sacreBLEU 2.6.0 (commit f615c72, its metrics modules run unchanged).

struct Translation {
  std::string hypothesis;
  std::vector<std::string> references;  // the close one, then a free one
};

const std::vector<Translation> translations = {
    {"The cat isn't on the mat, is it?", {"The cat is not on the mat, is it?", "Isn't the cat on the mat?"}},
    {"Two dogs run over 1,000 m of wet grass...",
     {"Two dogs are running over 1,000 m of wet grass.", "Two dogs run across wet grass."}},
    {"Ein M\u00E4dchen in ROTEM Kleid l\u00E4uft &quot;schnell&quot; nach Hause.",
     {"Ein M\u00E4dchen in rotem Kleid l\u00E4uft \"schnell\" nach Hause.",
      "Ein M\u00E4dchen im roten Kleid rennt nach Hause."}},
    {"3-4 men are playing chess; one of them laughs.",
     {"3-4 men play chess, and one of them is laughing.", "A few men are playing chess."}}};

/// The score of the translations above, with so many references each.
template <class Measure>
Measure measured(Measure measure, std::size_t references) {
  for (const Translation& each : translations) {
    measure.add(each.hypothesis, std::span(each.references).first(references));
  }
  return measure;
}

/// Adds the German test lines of Multi30k, 2016, each without its every sixth word, where the data is.
template <class Measure>
std::optional<Measure> measured_on_multi30k(Measure measure) {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr || !std::filesystem::exists(shared)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return std::nullopt;
  }
  std::ifstream lines(std::filesystem::path(shared) / "multi30k" / "test_2016_flickr.de");
  for (std::string line; std::getline(lines, line);) {
    std::string hypothesis;
    int word = 1;
    for (const char byte : line) {
      if (byte == ' ') ++word;
      const bool first = hypothesis.empty() && byte == ' ';
      if (word % 6 != 0 && !first) hypothesis += byte;
    }
    measure.add(hypothesis, line);
  }
  return measure;
}

const std::string tree = "The man is sleeping under that tree .";

double score_of(BleuSettings settings, const std::string& hypothesis, const std::string& reference) {
  Bleu bleu(settings);
  bleu.add(hypothesis, reference);
  return bleu.score().score;
}
double chrf_of(const std::string& hypothesis, const std::string& reference) {
  Chrf chrf;
  chrf.add(hypothesis, reference);
  return chrf.score();
}
bool equal(double value, double expected) { return value == doctest::Approx(expected).epsilon(1e-9); }
}  // namespace

TEST_CASE("BLEU: a small corpus scores as with sacreBLEU 2.6.0") {
  const BleuScore score = measured(Bleu(), 1).score();
  CHECK(equal(score.score, 56.118992488));
  CHECK(equal(score.precisions[0], 80.85106382978724));
  CHECK(equal(score.precisions[3], 40));
  CHECK(equal(score.brevity_penalty, 0.97894815422497));
  CHECK(score.hypothesis_length == 47);
  CHECK(score.reference_length == 48);
  CHECK(equal(measured(Bleu({.tokenizer = BleuTokenizer::None}), 1).score().score, 34.937150927));
  CHECK(equal(measured(Bleu({.lowercase = true}), 1).score().score, 63.369678148));
  CHECK(equal(measured(Bleu(), 2).score().score, 62.305040575));
}

TEST_CASE("BLEU: orders without a match are smoothed as with sacreBLEU 2.6.0") {
  const std::string hypothesis = "A man sleeps under a green tree .";
  CHECK(equal(score_of({}, hypothesis, tree), 13.134549472));
  CHECK(equal(score_of({.smoothing = BleuSmoothing::Floor}, hypothesis, tree), 6.985342057));
  CHECK(equal(score_of({.smoothing = BleuSmoothing::Floor, .smoothing_value = 0.25}, hypothesis, tree), 11.044795567));
  CHECK(equal(score_of({.smoothing = BleuSmoothing::AddK}, hypothesis, tree), 23.356898886));
  CHECK(score_of({.smoothing = BleuSmoothing::None}, hypothesis, tree) == 0);
}

TEST_CASE("BLEU: a sentence too short for 4-grams scores 0, but for its effective order") {
  CHECK(score_of({}, "red car", "a red car") == 0);
  CHECK(equal(score_of({.effective_order = true}, "red car", "a red car"), 60.653065971));
}

TEST_CASE("BLEU: the truth scores 100, nothing in common 0, and an empty hypothesis counts") {
  CHECK(equal(score_of({}, tree, tree), 100));
  CHECK(score_of({}, "quite different words here", tree) == 0);
  Bleu bleu;
  bleu.add("", tree);
  CHECK(bleu.score().score == 0);
  CHECK(bleu.score().brevity_penalty == 0);
  bleu.add(tree, tree);
  CHECK(equal(bleu.score().score, 100 * std::exp(1 - 16.0 / 8.0)));
}

TEST_CASE("BLEU: of two references as close in length the shorter counts") {
  Bleu bleu;
  const std::vector<std::string> references{"a b c d e f g", "a b c d e"};
  bleu.add("a b c d e f", references);
  CHECK(bleu.score().reference_length == 5);
}

TEST_CASE("BLEU: the tokenizer 13a cuts as sacreBLEU 2.6.0") {
  const std::pair<std::string, std::string> lines[] = {
      {"Hello, \"World\" (now)!", "Hello , \" World \" ( now ) !"},
      {"1,000.5 and a,b .5 5. 3-4 -5 x-y", "1,000.5 and a , b . 5 5 . 3 - 4 -5 x-y"},
      {"U.S. isn't...", "U . S . isn't . . ."},
      {"&quot;a&quot; &amp;lt; b", "\" a \" < b"},
      {"wo-\nrds\nhere <skipped>", "words here"},
      {"a.,b 1.,2 ..", "a . , b 1 . , 2 . ."},
      {"50%-$3/4", "50 % - $ 3 / 4"},
      {"\u00ABoui\u00BB\u00A0!", "\u00ABoui\u00BB !"},
      {"1.x,2", "1 . x , 2"},
      {"", ""}};
  for (const auto& [line, words] : lines) CHECK(detail::tokenize_mteval(line) == words);
}

TEST_CASE("BLEU: small letters for Latin, Greek and Cyrillic, and any other bytes as they were") {
  CHECK(detail::lowercase("AZ \u00C4\u00D6\u00DC \u0178 \u0110\u1EC6 \u1E9E \u0391\u038F \u0416\u0401 \u4E2D") ==
        "az \u00E4\u00F6\u00FC \u00FF \u0111\u1EC7 \u00DF \u03B1\u03CE \u0436\u0451 \u4E2D");
  const std::string stray = "\xC3 \xE1\x84 \xC1\x81 \x80" + std::string(50, '\x84') + "\xFF";
  CHECK(detail::lowercase(stray) == stray);
}

TEST_CASE("BLEU: the signature says what was measured") {
  CHECK(Bleu().signature() == "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp");
  CHECK(measured(Bleu({.smoothing = BleuSmoothing::Floor}), 2).signature() ==
        "nrefs:2|case:mixed|eff:no|tok:13a|smooth:floor[0.10]");
  CHECK(Bleu({.tokenizer = BleuTokenizer::None, .smoothing = BleuSmoothing::AddK, .lowercase = true}).signature() ==
        "nrefs:1|case:lc|eff:no|tok:none|smooth:add-k[1.00]");
  Bleu several({.smoothing = BleuSmoothing::None, .effective_order = true});
  several.add("a", "a");
  several.add("a", translations[0].references);
  CHECK(several.signature() == "nrefs:var|case:mixed|eff:yes|tok:13a|smooth:none");
}

TEST_CASE("BLEU: what cannot be scored is refused") {
  CHECK_THROWS_WITH_AS(Bleu().score(), "BLEU: no hypothesis was added; add the corpus before its score is asked for",
                       Error);
  Bleu bleu;
  CHECK_THROWS_WITH(bleu.add("a", std::vector<std::string>{}), doctest::Contains("hypothesis 0 has no reference"));
  CHECK_THROWS_AS(Bleu({.smoothing_value = 0.5}), Error);
  CHECK_THROWS_AS(Bleu({.smoothing = BleuSmoothing::Floor, .smoothing_value = 0.0}), Error);
}

TEST_CASE("BLEU: Multi30k with every sixth word missing scores as with sacreBLEU 2.6.0") {
  if (const auto bleu = measured_on_multi30k(Bleu())) CHECK(equal(bleu->score().score, 64.626433503));
}

TEST_CASE("chrF: a small corpus scores as with sacreBLEU 2.6.0") {
  CHECK(equal(measured(Chrf(), 1).score(), 64.576873626));
  CHECK(equal(measured(Chrf({.words = 2}), 1).score(), 63.648429776));
  CHECK(equal(measured(Chrf({.lowercase = true}), 1).score(), 69.715174826));
  CHECK(equal(measured(Chrf({.white_space = true}), 1).score(), 70.456920313));
  CHECK(equal(measured(Chrf({.characters = 4, .beta = 1}), 1).score(), 72.586750273));
  CHECK(equal(measured(Chrf({.words = 2}), 2).score(), 68.525532733));
}

TEST_CASE("chrF: the truth scores 100, nothing in common 0, and characters are those of Unicode") {
  CHECK(equal(chrf_of("ab", "ab"), 100));
  CHECK(chrf_of("ab", "cd") == 0);
  CHECK(chrf_of("", "cd") == 0);
  CHECK(chrf_of("\u00E4", "\u00F6") == 0);  // their first bytes are equal
  CHECK(equal(chrf_of("a b", "ab"), 100));  // white space does not count
}

TEST_CASE("chrF: runs longer than the reference are no mistakes, as with sacreBLEU 2.6.0") {
  Chrf chrf;
  chrf.add("abcdefgh", "ab");
  chrf.add("abcdefg", "abcdefg");
  CHECK(equal(chrf.score(), 96.755504056));
}

TEST_CASE("chrF: the signature says what was measured") {
  CHECK(Chrf().signature() == "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no");
  CHECK(measured(Chrf({.words = 2, .lowercase = true, .white_space = true}), 2).signature() ==
        "nrefs:2|case:lc|eff:yes|nc:6|nw:2|space:yes");
}

TEST_CASE("chrF: what cannot be scored is refused") {
  CHECK_THROWS_WITH_AS(Chrf().score(), "chrF: no hypothesis was added; add the corpus before its score is asked for",
                       Error);
  Chrf chrf;
  CHECK_THROWS_WITH(chrf.add("a", std::vector<std::string>{}), doctest::Contains("hypothesis 0 has no reference"));
  CHECK_THROWS_AS(Chrf({.characters = 0}), Error);
  CHECK_THROWS_AS(Chrf({.words = -1}), Error);
  CHECK_THROWS_AS(Chrf({.beta = 0}), Error);
}

TEST_CASE("chrF: Multi30k with every sixth word missing scores as with sacreBLEU 2.6.0") {
  if (const auto chrf = measured_on_multi30k(Chrf())) CHECK(equal(chrf->score(), 82.885622813));
  if (const auto chrf = measured_on_multi30k(Chrf({.words = 2}))) CHECK(equal(chrf->score(), 82.843176196));
}
