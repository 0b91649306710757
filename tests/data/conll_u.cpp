// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>
#include <transfix/data/conll_u.hpp>

#include "files.hpp"

using namespace transfix;

namespace {
std::string word(const std::string& id, const std::string& form, const std::string& upos, const std::string& xpos) {
  return id + "\t" + form + "\tlemma\t" + upos + "\t" + xpos + "\t_\t_\t_\t_\t_\n";
}
}  // namespace

TEST_CASE("CoNLL-U: words with their tags; comments, ranges and empty nodes are skipped") {
  const Folder folder;
  const auto path = folder.file(
      "a", "# text = I don't\n" + word("1", "I", "PRON", "PRP") + word("2-3", "don't", "_", "_") +
               word("2", "do", "AUX", "VBP") + word("3", "n't", "PART", "RB") + word("3.1", "go", "VERB", "VB") +
               "\n\n# next\n# one\n" + word("0.1", "_", "_", "_") + word("1", "New York", "PROPN", "NNP"));
  const auto sentences = data::read_conll_u(path);
  REQUIRE(sentences.size() == 2);
  REQUIRE(sentences[0].words.size() == 3);
  CHECK(sentences[0].line == 2);
  CHECK(sentences[0].words[1].form == "do");
  CHECK(sentences[0].words[2].form == "n't");
  CHECK(sentences[0].words[2].upos == "PART");
  CHECK(sentences[0].words[2].xpos == "RB");
  REQUIRE(sentences[1].words.size() == 1);
  CHECK(sentences[1].line == 12);
  CHECK(sentences[1].words[0].form == "New York");
  CHECK(data::read_conll_u(folder.file("b", "# nothing\n\n")).empty());
}

TEST_CASE("CoNLL-U: malformed lines are refused with file and line") {
  const Folder folder;
  const std::string first = word("1", "a", "X", "Y");
  const auto refuses = [&](const std::string& second_line, const char* words) {
    CAPTURE(second_line);
    const auto path = folder.file("a", first + second_line);
    CHECK_THROWS_WITH_AS(data::read_conll_u(path), doctest::Contains((path.string() + ":2: " + words).c_str()), Error);
  };
  const char* columns = "a line of a word has 10 columns";
  refuses("2\ta\tb\tc\td\te\tf\tg\th\n", columns);
  refuses("2\ta\tb\tc\td\te\tf\tg\th\ti\tj\n", columns);
  refuses("2\ta\tb\tc\td\te\tf\tg\th\t\n", columns);
  refuses("2\t\tb\tc\td\te\tf\tg\th\ti\n", columns);
  refuses("2 a b c\n", columns);
  for (const char* id : {"1", "3", "0", "-2", "x", "2x", "3-4", "2-1", "2-", "2.1", "1.0", "1.x", "2-3-4"}) {
    refuses(word(id, "b", "X", "Y"), "here stands word '");
  }
  CHECK_THROWS_WITH(data::read_conll_u(folder.file("a", first + "\n" + word("2", "b", "X", "Y"))),
                    doctest::Contains(":3: here stands word '2' where word 1 should"));
}

TEST_CASE("CoNLL-U: the English Web Treebank has its published counts") {
  const auto folder = shared_data();
  if (!folder) return;
  std::set<std::string> tags;
  const auto check = [&](const char* name, std::size_t sentence_count, std::size_t word_count) {
    const auto sentences = data::read_conll_u(*folder / "ud_ewt" / name);
    CHECK(sentences.size() == sentence_count);
    std::size_t words = 0;
    for (const auto& sentence : sentences) {
      words += sentence.words.size();
      for (const auto& tagged : sentence.words) tags.insert(tagged.upos);
    }
    CHECK(words == word_count);
  };
  check("en_ewt-ud-train.conllu", 12544, 204577);
  check("en_ewt-ud-dev.conllu", 2001, 25147);
  check("en_ewt-ud-test.conllu", 2077, 25094);
  CHECK(tags.size() == 17);
}
