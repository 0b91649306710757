// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/example.hpp>
#include <transfix/generate/predictions.hpp>
#include <transfix/nn/embedding.hpp>
#include <vector>

#include "../support.hpp"

using namespace transfix;

namespace {
/// Looks the logits of each token up.
struct Table {
  using Scalar = float;
  using Input = Tokens<3>;
  using Target = Tokens<3>;
  nn::Embedding<4, 4> logits;
  auto operator()(Input tokens) const { return logits(tokens); }
};

struct Rows {
  using Example = data::Example<Tokens<3>, Tokens<3>>;
  std::vector<std::array<Token, 3>> tokens, targets;
  Index size() const { return std::ssize(tokens); }
  Example example(Index number) const {
    const auto row = static_cast<std::size_t>(number);
    return {{tokens[row].data()}, {targets[row].data()}};
  }
};

/// Token 0 is of class 3, 1 of class 0, 2 of class 1, and 3 equally of 1 and 2.
Table table() {
  const float logits[] = {1, 2, 0, 9, 5, 1, 1, 1, -3, -1, -2, -9, 0, 4, 4, 0};
  Table made;
  std::copy(std::begin(logits), std::end(logits), made.logits.weight.data);
  return made;
}
const Rows rows{.tokens = {{0, 1, 2}, {3, 3, 0}}, .targets = {{3, 0, 0}, {1, -1, 2}}};
}  // namespace

TEST_CASE("predictions are the largest logits of the rows whose target counts, in order") {
  std::vector<std::array<Token, 2>> seen;
  for_each_prediction(table(), rows, [&](Token target, Token prediction) { seen.push_back({target, prediction}); });
  CHECK(seen == std::vector<std::array<Token, 2>>{{3, 3}, {0, 0}, {0, 1}, {1, 1}, {2, 3}});
  CHECK(accuracy(table(), rows) == doctest::Approx(3.0 / 5));
}

TEST_CASE("predictions may be only among the first classes") {
  std::vector<Token> seen;
  for_each_prediction(
      table(), rows, [&](Token, Token prediction) { seen.push_back(prediction); }, 3);
  CHECK(seen == std::vector<Token>{1, 0, 1, 1, 1});
  CHECK(accuracy(table(), rows, 1) == doctest::Approx(2.0 / 5));
}

TEST_CASE("predictions fail where there is nothing to predict or to compare with") {
  const Rows nothing{.tokens = {{0, 1, 2}}, .targets = {{-1, -1, -1}}};
  CHECK_THROWS_WITH(accuracy(table(), nothing), doctest::Contains("no target that counts"));
  CHECK_THROWS_WITH(accuracy(table(), rows, 0), doctest::Contains("0 classes of a model with 4"));
  CHECK_THROWS_WITH(accuracy(table(), rows, 5), doctest::Contains("5 classes of a model with 4"));
}
