// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <chrono>
#include <transfix/core/random.hpp>
#include <transfix/text/normalize.hpp>

using namespace transfix;
using namespace transfix::text;

TEST_CASE("normalize: the four normal forms") {
  const std::string accent = "\u00E9", apart = "e\u0301", ligature = "\uFB01";
  CHECK(normalize(apart, NormalForm::nfc) == accent);
  CHECK(normalize(accent, NormalForm::nfd) == apart);
  CHECK(normalize(ligature + accent, NormalForm::nfd) == ligature + apart);
  CHECK(normalize(ligature + apart, NormalForm::nfkc) == "fi" + accent);
  CHECK(normalize(ligature + accent, NormalForm::nfkd) == "fi" + apart);
  // Examples of Standard Annex 15: singletons, an excluded composition, marks in the wrong order, Hangul.
  CHECK(normalize("\u212B", NormalForm::nfc) == "\u00C5");
  CHECK(normalize("\u0958", NormalForm::nfc) == "\u0915\u093C");
  CHECK(normalize("\u1E0B\u0323", NormalForm::nfd) == "d\u0323\u0307");
  CHECK(normalize("\u1E0B\u0323", NormalForm::nfc) == "\u1E0D\u0307");
  CHECK(normalize("\u1E9B\u0323", NormalForm::nfkc) == "\u1E69");
  std::string equal = "a";  // marks of one class keep their order, however many they are
  for (int i = 0; i < 50; ++i) equal += i % 3 == 0 ? "\u0301" : "\u0300";
  CHECK(normalize(equal + "\u0323", NormalForm::nfd) == "a\u0323" + equal.substr(1));
  CHECK(normalize("\uAC01", NormalForm::nfd) == "\u1100\u1161\u11A8");
  CHECK(normalize("\u1100\u1161\u11A8", NormalForm::nfc) == "\uAC01");
  CHECK(normalize("", NormalForm::nfkd).empty());
}

TEST_CASE("normalize: letter case, accents and white space") {
  CHECK(lower_case("STRA\u00DFE \u00C9\u03A3 1!") == "stra\u00DFe \u00E9\u03C3 1!");
  CHECK(fold_case("STRA\u00DFE") == fold_case("strasse"));
  CHECK(fold_case("\u03A3\u03C3\u03C2") == "\u03C3\u03C3\u03C3");
  CHECK(strip_accents("d\u00E9j\u00E0 vu, C\u1EEDa Vi\u1EC7t") == "deja vu, Cua Viet");
  CHECK(remove_controls(std::string("a\0b\u00ADc\uFFFD\td\u3000e\r\n", 17)) == "abc d e  ");
  CHECK(squeeze_white_space(" \t a \u2003\n b  ") == "a b");
  CHECK(squeeze_white_space(" \n ").empty());
}

TEST_CASE("normalize: invalid bytes stay as they are, or are refused with their place") {
  const std::string broken =
      "E\u0301\xC3 \xFF"
      "\u0301\xED\xA0\x80Z";
  CHECK(normalize(broken, NormalForm::nfc) == "\u00C9\xC3 \xFF\u0301\xED\xA0\x80Z");
  CHECK(lower_case(broken) == "e\u0301\xC3 \xFF\u0301\xED\xA0\x80z");
  CHECK(strip_accents(broken) == "E\xC3 \xFF\xED\xA0\x80Z");
  CHECK_THROWS_WITH_AS(normalize(broken, NormalForm::nfc, InvalidUtf8::refuse),
                       "the text has the byte 0xC3 (not valid UTF-8) at byte 3; convert the text to UTF-8, or keep "
                       "such bytes with InvalidUtf8::keep",
                       Error);
  CHECK_THROWS_AS(lower_case(broken, InvalidUtf8::refuse), Error);
  CHECK_THROWS_AS(Normalizer{.invalid = InvalidUtf8::refuse}(broken), Error);
  CHECK(Normalizer{}(broken) == broken);
}

TEST_CASE("normalize: normal forms of any bytes are stable and composed from decomposed ones") {
  Random random(3);
  for (int trial = 0; trial < 300; ++trial) {
    std::string text;
    for (int i = 0; i < 40; ++i) {
      const auto kind = random.below(4);
      if (kind == 0) text += static_cast<char>(random.below(256));
      if (kind == 1) append_symbol(text, static_cast<Symbol>(0x300 + random.below(0x70)));
      if (kind == 2) append_symbol(text, static_cast<Symbol>(0xC0 + random.below(0x250)));
      if (kind == 3) append_symbol(text, static_cast<Symbol>(random.below(0xD800)));
    }
    for (const auto form : {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd}) {
      const std::string once = normalize(text, form);
      REQUIRE(normalize(once, form) == once);
    }
    REQUIRE(normalize(normalize(text, NormalForm::nfd), NormalForm::nfc) == normalize(text, NormalForm::nfc));
    REQUIRE(normalize(normalize(text, NormalForm::nfkd), NormalForm::nfkc) == normalize(text, NormalForm::nfkc));
  }
}

TEST_CASE("normalize: a long run of marks in the wrong order takes no long time") {
  std::string marks = "a";
  for (int i = 0; i < 200'000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  const auto start = std::chrono::steady_clock::now();
  const std::string ordered = normalize(marks, NormalForm::nfd);
  CHECK(ordered.size() == marks.size());
  CHECK(ordered.starts_with("a\u0323\u0323"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("normalize: a chain of clean-ups runs in the order of its members") {
  const Normalizer normalizer{.remove_controls = true,
                              .squeeze_white_space = true,
                              .letter_case = LetterCase::lower,
                              .strip_accents = true,
                              .form = NormalForm::nfkc};
  CHECK(normalizer("  Caf\u00C9\t\u0007 \uFF11\uFB01 ") == "cafe 1fi");
  CHECK(Normalizer{.letter_case = LetterCase::fold}("\u00DF") == "ss");
}
