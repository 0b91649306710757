// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/random.hpp>
#include <transfix/metrics/classification_report.hpp>
#include <transfix/metrics/confusion.hpp>
#include <transfix/metrics/regression.hpp>

using namespace transfix;
using namespace transfix::metrics;

namespace {
ConfusionMatrix count(Index classes, const std::vector<Token>& truths, const std::vector<Token>& predictions) {
  ConfusionMatrix matrix(classes);
  matrix.add(truths, predictions);
  return matrix;
}
}  // namespace

TEST_CASE("confusion matrix: rows are truths, columns are predictions") {
  const auto matrix = count(3, {2, 0, 2, 2, 0, 1}, {0, 0, 2, 2, 0, 2});
  CHECK(matrix.counts() == Matrix{{2, 0, 0}, {0, 0, 1}, {1, 0, 2}});  // the example of scikit-learn's documentation
  CHECK(matrix.total() == 6);
  CHECK(matrix.classes() == 3);
}

TEST_CASE("confusion matrix: scores and averages of the examples in scikit-learn's documentation") {
  const auto matrix = count(3, {0, 1, 2, 0, 1, 2}, {0, 2, 1, 0, 0, 1});
  CHECK(matrix.of(0).f1 == doctest::Approx(0.8));
  CHECK(matrix.of(1).f1 == 0);
  CHECK(matrix.average(Average::Macro).f1 == doctest::Approx(0.8 / 3));
  CHECK(matrix.average(Average::Macro).precision == doctest::Approx(2.0 / 9));
  CHECK(matrix.average(Average::Macro).recall == doctest::Approx(1.0 / 3));
  CHECK(matrix.average(Average::Micro).f1 == doctest::Approx(1.0 / 3));
  CHECK(matrix.average(Average::Weighted).f1 == doctest::Approx(0.8 / 3));
  CHECK(count(2, {0, 1, 0, 0, 1, 0}, {0, 1, 0, 0, 0, 1}).balanced_accuracy() == doctest::Approx(0.625));
  CHECK(count(2, {1, 1, 1, 0}, {1, 0, 1, 1}).matthews_correlation() == doctest::Approx(-1.0 / 3));
}

TEST_CASE("confusion matrix: weights of the averages differ when the classes are not of one size") {
  const auto matrix = count(3, {0, 1, 2, 2, 2}, {0, 0, 2, 2, 1});
  CHECK(matrix.of(0).precision == doctest::Approx(0.5));
  CHECK(matrix.of(0).recall == 1);
  CHECK(matrix.of(2).recall == doctest::Approx(2.0 / 3));
  CHECK(matrix.of(2).support == 3);
  CHECK(matrix.average(Average::Macro).precision == doctest::Approx(0.5));
  CHECK(matrix.average(Average::Weighted).precision == doctest::Approx(0.7));
  CHECK(matrix.average(Average::Weighted).recall == doctest::Approx(matrix.accuracy()));
  CHECK(matrix.average(Average::Weighted).support == 5);
}

TEST_CASE("confusion matrix: a class without truths or predictions scores 0 and is no part of balanced accuracy") {
  const auto matrix = count(4, {0, 0, 1}, {0, 3, 1});
  CHECK(matrix.of(2).precision == 0);
  CHECK(matrix.of(2).recall == 0);
  CHECK(matrix.of(2).f1 == 0);
  CHECK(matrix.of(3).support == 0);
  CHECK(matrix.balanced_accuracy() == doctest::Approx(0.75));
  CHECK(matrix.average(Average::Macro).recall == doctest::Approx(1.5 / 4));
  CHECK(count(2, {0, 1}, {1, 1}).matthews_correlation() == 0);
}

TEST_CASE("confusion matrix: for two classes Matthews' correlation is Pearson's") {
  Random random(3);
  ConfusionMatrix matrix(2);
  std::vector<double> truths, predictions;
  for (int i = 0; i < 200; ++i) {
    const auto truth = static_cast<Token>(random.below(2));
    const auto prediction = random.below(4) == 0 ? static_cast<Token>(random.below(2)) : truth;
    matrix.add(truth, prediction);
    truths.push_back(truth);
    predictions.push_back(prediction);
  }
  CHECK(matrix.matthews_correlation() == doctest::Approx(pearson_correlation(truths, predictions)));
}

TEST_CASE("confusion matrix: for three classes Matthews' correlation is Gorodkin's") {
  // By hand: 4 right of 6, rows (2, 2, 2), columns (3, 2, 1): (4 * 6 - 12) / sqrt((36 - 12) * (36 - 14)).
  const auto matrix = count(3, {0, 0, 1, 1, 2, 2}, {0, 0, 1, 0, 1, 2});
  CHECK(matrix.matthews_correlation() == doctest::Approx(12 / std::sqrt(24.0 * 22.0)));
}

TEST_CASE("confusion matrix: truths below 0 are left out, whatever the prediction") {
  auto matrix = count(2, {0, -1, 1, -100}, {0, 7, 0, -3});
  matrix.add(-1, 99);
  CHECK(matrix.total() == 2);
  CHECK(matrix.accuracy() == 0.5);
}

TEST_CASE("confusion matrix: parts merge to the whole") {
  auto first = count(2, {0, 1}, {0, 0});
  first.merge(count(2, {1, 1}, {1, 1}));
  CHECK(first.counts() == count(2, {0, 1, 1, 1}, {0, 0, 1, 1}).counts());
  CHECK_THROWS_WITH_AS(first.merge(ConfusionMatrix(3)),
                       "a confusion matrix of 3 classes cannot be merged into one of 2; make both for the same classes",
                       Error);
}

TEST_CASE("confusion matrix: a class outside is refused with both numbers, and nothing is counted") {
  ConfusionMatrix matrix(4);
  CHECK_THROWS_WITH_AS(matrix.add(5, 2),
                       "confusion matrix: truth 5 with prediction 2 is not of the classes 0 to 3; make the matrix for "
                       "all classes, and mark what is to be left out by a truth below 0",
                       Error);
  CHECK_THROWS_WITH(matrix.add(1, -1), doctest::Contains("truth 1 with prediction -1"));
  CHECK_THROWS_WITH(matrix.add(std::vector<Token>{0, 1}, std::vector<Token>{0, 4}),
                    doctest::Contains("truth 1 with prediction 4 at position 1"));
  CHECK_THROWS_WITH(matrix.add(std::vector<Token>{0, 1}, std::vector<Token>{0}),
                    doctest::Contains("2 truths and 1 predictions"));
  CHECK(matrix.total() == 0);
  CHECK_THROWS_AS(ConfusionMatrix(0), Error);
  CHECK_THROWS_AS(matrix.of(4), Error);
}

TEST_CASE("confusion matrix: an empty one has no averages") {
  const ConfusionMatrix matrix(2);
  CHECK_THROWS_WITH(matrix.accuracy(), "accuracy: the confusion matrix has counted no pairs; add some first");
  CHECK_THROWS_AS(matrix.balanced_accuracy(), Error);
  CHECK_THROWS_AS(matrix.matthews_correlation(), Error);
  CHECK_THROWS_AS(matrix.average(Average::Macro), Error);
  CHECK_THROWS_AS(classification_report(matrix), Error);
  CHECK(matrix.of(0).f1 == 0);
}

TEST_CASE("classification report: the table of scikit-learn's documentation") {
  const auto matrix = count(3, {0, 1, 2, 2, 2}, {0, 0, 2, 2, 1});
  CHECK(classification_report(matrix, {"class 0", "class 1", "class 2"}) ==
        "              precision    recall  f1-score   support\n"
        "\n"
        "     class 0       0.50      1.00      0.67         1\n"
        "     class 1       0.00      0.00      0.00         1\n"
        "     class 2       1.00      0.67      0.80         3\n"
        "\n"
        "    accuracy                           0.60         5\n"
        "   macro avg       0.50      0.56      0.49         5\n"
        "weighted avg       0.70      0.60      0.61         5\n");
}

TEST_CASE("classification report: names set the width by characters, numbers stand for them, and one is needed each") {
  const auto matrix = count(2, {0, 1}, {0, 1});
  const std::string table = classification_report(matrix, {"Stra\u00DFenbahnfahrer", "H\u00FCndin"});
  CHECK(table.find_first_not_of(' ') == 19);
  CHECK(table.find("precision") == 19);
  CHECK(table.find("\nStra\u00DFenbahnfahrer       1.00") != table.npos);
  CHECK(table.find("\n" + std::string(11, ' ') + "H\u00FCndin       1.00") != table.npos);
  CHECK(classification_report(matrix).find("\n           1       1.00      1.00      1.00         1\n") != table.npos);
  CHECK_THROWS_WITH(classification_report(matrix, {"one"}),
                    "classification report: there are 1 names for 2 classes; give one for each");
}
