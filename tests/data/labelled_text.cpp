// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <numeric>
#include <transfix/data/labelled_text.hpp>

#include "files.hpp"

using namespace transfix;
using data::LabelMap;

TEST_CASE("label map: numbers are gathered in the order of the names, until it is closed") {
  LabelMap labels;
  CHECK(labels.number("b") == 0);
  CHECK(labels.number("a") == 1);
  CHECK(labels.number("b") == 0);
  labels.close();
  CHECK(labels.number("a") == 1);
  CHECK_THROWS_WITH_AS(labels.number("c", "x.tsv:3: "),
                       "x.tsv:3: the label 'c' is not among the 2 classes; correct it or add the class: 'b', 'a'",
                       Error);
  CHECK(labels.size() == 2);
  CHECK(labels.name(0) == "b");
  CHECK_THROWS_AS(labels.name(2), Error);
  CHECK_THROWS_AS(labels.name(-1), Error);
}

TEST_CASE("label map: fixed names keep their order, and each is there once") {
  LabelMap labels({"negative", "positive"});
  CHECK(labels.number("positive") == 1);
  CHECK(!labels.find("neutral"));
  CHECK_THROWS_AS(labels.number("neutral"), Error);
  CHECK_THROWS_WITH(LabelMap({"a", "b", "a"}), doctest::Contains("the class 'a' is given twice"));
  CHECK_THROWS_AS(LabelMap(std::vector<std::string>{}), Error);
}

TEST_CASE("labelled text: lines of a label and a text") {
  const Folder folder;
  LabelMap sentiments({"0", "1"});
  const auto examples = data::read_labelled_lines(folder.file("a", "1 a fine film .\n0 no \n1 \n"), sentiments);
  CHECK(data::labels_of(examples) == std::vector<Token>{1, 0, 1});
  CHECK(examples[0].text == "a fine film .");
  CHECK(examples[1].text == "no ");
  CHECK(examples[2].text.empty());
  CHECK(examples[2].line == 3);
}

TEST_CASE("labelled text: the coarse label stands before the colon") {
  const Folder folder;
  const auto path = folder.file("a", "DESC:manner How : so ?\nNUM:dist How far ?\nDESC:def Caf\xE9 ?\n");
  LabelMap coarse;
  const auto questions = data::read_labelled_lines(path, coarse, data::trec);
  CHECK(coarse.names() == std::vector<std::string>{"DESC", "NUM"});
  CHECK(data::labels_of(questions) == std::vector<Token>{0, 1, 0});
  CHECK(questions[0].text == "How : so ?");
  CHECK(questions[2].text == "Caf\u00E9 ?");
  LabelMap fine;
  data::read_labelled_lines(path, fine, {.encoding = data::Encoding::latin1});
  CHECK(fine.names() == std::vector<std::string>{"DESC:manner", "NUM:dist", "DESC:def"});
}

TEST_CASE("labelled text: columns of a table") {
  const Folder folder;
  LabelMap labels;
  const auto table = data::read_table(folder.file("a", "id,label,text\n1,no,\"a, b\"\n2,yes,c\n"));
  const auto examples = data::labelled_texts(table, "text", "label", labels);
  CHECK(data::labels_of(examples) == std::vector<Token>{0, 1});
  CHECK(examples[0].text == "a, b");
  CHECK(examples[1].line == 3);
  LabelMap fixed({"no"});
  CHECK_THROWS_WITH(data::labelled_texts(table, "text", "label", fixed),
                    doctest::Contains("a:3: the label 'yes' is not among the 1 classes"));
  CHECK_THROWS_WITH(data::labelled_texts(table, "texts", "label", labels), doctest::Contains("no column 'texts'"));
}

TEST_CASE("labelled text: a line without a label and an unknown label are refused with file and line") {
  const Folder folder;
  LabelMap labels({"0", "1"});
  const auto refuses = [&](std::string_view text, const char* words) {
    const auto path = folder.file("a", text);
    CHECK_THROWS_WITH_AS(data::read_labelled_lines(path, labels), doctest::Contains((path.string() + words).c_str()),
                         Error);
  };
  refuses("1 a\n\n", ":2: the line is not a label, the separator ' ' and a text: ''");
  refuses("1 a\n0\n", ":2: the line is not a label");
  refuses(" a\n", ":1: the line is not a label");
  refuses("1 a\n2 b\n", ":2: the label '2' is not among the 2 classes; correct it or add the class: '0', '1'");
}

TEST_CASE("labelled text: TREC, SST-2 and movie reviews have their published counts") {
  const auto folder = shared_data();
  if (!folder) return;
  const auto counts = [](const std::vector<data::LabelledText>& examples, const LabelMap& labels) {
    std::vector<Index> of_class(static_cast<std::size_t>(labels.size()));
    for (const auto& example : examples) ++of_class[static_cast<std::size_t>(example.label)];
    return of_class;
  };
  using Counts = std::vector<Index>;
  LabelMap trec({"ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM"});
  CHECK(counts(data::read_labelled_lines(*folder / "trec/train_5500.label", trec, data::trec), trec) ==
        Counts{86, 1162, 1250, 1223, 835, 896});
  CHECK(counts(data::read_labelled_lines(*folder / "trec/TREC_10.label", trec, data::trec), trec) ==
        Counts{9, 138, 94, 65, 81, 113});
  LabelMap fine;
  const auto fine_questions =
      data::read_labelled_lines(*folder / "trec/train_5500.label", fine, {.encoding = data::Encoding::latin1});
  CHECK(fine_questions.size() == 5452);
  CHECK(fine.size() == 50);
  CHECK_THROWS_WITH(data::read_labelled_lines(*folder / "trec/train_5500.label", fine),
                    doctest::Contains("not valid UTF-8"));

  LabelMap sentiments({"0", "1"});
  const auto phrases = [&](const char* name) {
    return counts(
        data::labelled_texts(data::read_table(*folder / "sst2" / name, data::tsv), "sentence", "label", sentiments),
        sentiments);
  };
  const auto train = phrases("train.tsv"), validation = phrases("dev.tsv"), test = phrases("test.tsv");
  CHECK(train[0] + train[1] == 60614);
  CHECK(validation[0] + validation[1] == 6735);
  CHECK(test[0] + test[1] == 872);
  CHECK(train[0] + validation[0] == 29780);
  CHECK(train[1] + validation[1] == 37569);

  const auto sentences = [&](const char* name) {
    return data::read_labelled_lines(*folder / "sst2_sentences" / name, sentiments).size();
  };
  CHECK(sentences("stsa.binary.train") == 6920);
  CHECK(sentences("stsa.binary.dev") == 872);
  CHECK(sentences("stsa.binary.test") == 1821);
  CHECK(counts(
            data::read_labelled_lines(*folder / "mr/rt-polarity.all", sentiments, {.encoding = data::Encoding::latin1}),
            sentiments) == Counts{5331, 5331});
}

TEST_CASE("labelled text: a split has each example once, and each class its share in each part") {
  std::vector<data::LabelledText> examples;
  for (Index number = 0; number < 40; ++number) {
    examples.push_back({static_cast<Token>(number % 4 == 0), std::to_string(number), number + 1});
  }
  const auto parts = data::stratified_split(examples, {0.75, 0.25}, 3);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].size() == 30);
  std::vector<Index> lines;
  for (const auto& part : parts) {
    const auto labels = data::labels_of(part);
    const auto rare = std::count(labels.begin(), labels.end(), 1);
    CHECK(std::abs(4 * rare - std::ssize(part)) <= 2);
    for (const auto& example : part) {
      CHECK(example.text == std::to_string(example.line - 1));
      lines.push_back(example.line);
    }
  }
  std::sort(lines.begin(), lines.end());
  for (Index number = 0; number < 40; ++number) CHECK(lines[static_cast<std::size_t>(number)] == number + 1);
}
