// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/mask.hpp>

#include "values.hpp"

using namespace transfix;

TEST_CASE("mask: causal shows the keys up to the query's own place, counted from the offset") {
  using Scores = Shape<2, 5, 21>;
  const support::Numbers<Scores, float> x;
  for (const Index offset : {Index{0}, Index{-2}, Index{7}, Index{40}}) {
    const auto y = support::values([&] { return mask(x.name(), Causal{offset}); });
    for (Index i = 0; i < Scores::size; ++i) {
      const Index query = i / 21 % 5, key = i % 21;
      CHECK(y[static_cast<std::size_t>(i)] ==
            (key <= query + offset ? x.data[static_cast<std::size_t>(i)] : -std::numeric_limits<float>::infinity()));
    }
  }
}

TEST_CASE("mask: what a region hides, no element of it sees") {
  using One = simd::One<float>;
  for (const Index offset : {Index{0}, Index{-3}, Index{4}}) {
    const Causal causal{offset};
    for (Index row = 0; row < 12; ++row) {
      for (Index column = 0; column < 12; ++column) {
        bool any = false;
        for (Index r = row; r < row + 3; ++r) {
          for (Index c = column; c < column + 4; ++c) {
            any |= causal.sees(Position<One>{0, r, One(static_cast<float>(c))});
          }
        }
        CHECK(causal.hides(Region{0, row, row + 2, column, column + 3}) == !any);
      }
    }
  }
}

TEST_CASE("mask: gradients pass where the mask sees and nowhere else") {
  const support::Numbers<Shape<3, 19>> x;
  std::vector<double> gradients(57);
  testing::Pass pass([&] { return mask<Causal>(Name<double, Shape<3, 19>>(x.data.data(), gradients.data())) * 2.0; });
  pass.forward();
  pass.backward(std::vector<double>(57, 1.0).data());
  for (std::size_t i = 0; i < 57; ++i) CHECK(gradients[i] == (i % 19 <= i / 19 ? 2 : 0));
}

TEST_CASE("mask: unmasked is no work at all") {
  using Scores = Name<float, Shape<3, 19>>;
  static_assert(std::is_same_v<decltype(mask<Unmasked>(Scores())), Scores>);
}
