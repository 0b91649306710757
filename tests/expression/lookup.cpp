// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/lookup.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
const Token tokens[] = {3, 0, 3, 4, 3, 1};
}

TEST_CASE("lookup: gives the rows that tokens name") {
  const support::Numbers<Shape<5, 19>> table;
  const auto y = support::values([&] { return lookup(table.name(), Tokens<6>{tokens}); });
  for (Index row = 0; row < 6; ++row) {
    for (Index column = 0; column < 19; ++column) {
      CHECK(y[static_cast<std::size_t>(row * 19 + column)] == table(tokens[row], column));
    }
  }
}

TEST_CASE("lookup: the gradients of a token that comes more than once are added up") {
  CHECK(gradient_error([](auto table) { return lookup(table, Tokens<6>{tokens}); }, Shape<5, 19>{}) < 1e-6);
  // A table that is computed has fresh memory for its gradient.
  CHECK(gradient_error([](auto table) { return lookup(table * table, Tokens<6>{tokens}) * 2.0; }, Shape<5, 19>{}) <
        1e-6);
}

TEST_CASE("lookup: a token outside the table is an error that names both numbers") {
  const support::Numbers<Shape<5, 19>> table;
  for (const Token wrong : {Token{5}, Token{-1}}) {
    const Token bad[] = {0, 4, wrong};
    const auto message =
        support::message_of([&] { support::values([&] { return lookup(table.name(), Tokens<3>{bad}); }); });
    CHECK(support::contains(message, "token " + std::to_string(wrong) + " at place 2"));
    CHECK(support::contains(message, "table of 5 rows"));
  }
}
