// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/matmul.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("heads: parts and heads are neighbouring columns, seen without a copy") {
  const support::Numbers<Shape<4, 2 * 3 * 5>> joined;
  const auto [a, b] = split_heads<2, 3>(joined.name());
  static_assert(std::is_same_v<decltype(b)::Shape, Shape<3, 4, 5>>);
  CHECK(a.data == joined.data.data());
  const auto part = b;
  const auto y = support::values([&] { return part * 1.0; });
  for (Index head = 0; head < 3; ++head) {
    for (Index row = 0; row < 4; ++row) {
      for (Index column = 0; column < 5; ++column) {
        CHECK(y[static_cast<std::size_t>((head * 4 + row) * 5 + column)] == joined(row, (3 + head) * 5 + column));
      }
    }
  }
}

TEST_CASE("heads: merging undoes splitting") {
  const support::Numbers<Shape<4, 15>> joined;
  const auto y = support::values([&] {
    const auto [part] = split_heads<1, 3>(joined.name());
    return merge_heads(part);
  });
  CHECK(y == joined.data);
}

TEST_CASE("heads: gradients through splitting and merging, of leaves and of names") {
  const auto leaf = [](auto x) {
    const auto [a, b] = split_heads<2, 3>(x);
    return merge_heads(matmul(matmul(a, transpose(b)), b));
  };
  CHECK(gradient_error(leaf, Shape<4, 30>{}) < 1e-6);
  const auto named = [](auto x) {
    return let(x * x, [](auto h) {
      const auto [a, b, c] = split_heads<3, 2>(h);
      return merge_heads(a * b + c);
    });
  };
  CHECK(gradient_error(named, Shape<5, 3 * 2 * 19>{}) < 1e-6);
}
