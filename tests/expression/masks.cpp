// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/attention.hpp>
#include <transfix/expression/masks.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
// What a mask sees and hides, against a plain description of it.
template <class Mask, class Sees>
void agrees(const Mask& mask, const Sees& sees) {
  using Scores = Shape<2, 13, 21>;
  const support::Numbers<Scores, float> x;
  const auto y = support::values([&] { return transfix::mask(x.name(), mask); });
  for (Index i = 0; i < Scores::size; ++i) {
    const Index query = i / 21 % 13, key = i % 21;
    CHECK((y[static_cast<std::size_t>(i)] == x.data[static_cast<std::size_t>(i)]) == sees(query, key));
  }
  for (Index row = 0; row + 3 < 13; ++row) {
    for (Index column = 0; column + 4 < 21; ++column) {
      bool any = false;
      for (Index i = 0; i < 12; ++i) any |= sees(row + i / 4, column + i % 4);
      const bool hidden = mask.hides(Region{0, row, row + 2, column, column + 3});
      CHECK_FALSE((hidden && any));  // what is skipped must not matter
    }
  }
}

template <class Mask>
double error_in_attention(const Mask& mask) {
  const auto attention = [mask](auto q, auto k, auto v) {
    return matmul(softmax(transfix::mask(scale(matmul(q, transpose(k))), mask)), v);
  };
  return gradient_error(attention, Shape<2, 37, 3>{}, Shape<2, 70, 3>{}, Shape<2, 70, 4>{});
}
}  // namespace

TEST_CASE("masks: key padding, sliding window, prefix, documents and their combinations") {
  const Token documents[21] = {0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3};
  const auto causal = [](Index q, Index k) { return k <= q; };
  agrees(KeyPadding{17}, [](Index, Index k) { return k < 17; });
  agrees(KeyPadding{0}, [](Index, Index) { return false; });
  agrees(SlidingWindow{4}, [](Index q, Index k) { return k <= q && k > q - 4; });
  agrees(SlidingWindow{4, 6}, [](Index q, Index k) { return k <= q + 6 && k > q + 2; });
  agrees(Prefix{5}, [](Index q, Index k) { return k <= q || k < 5; });
  agrees(SameDocument{documents}, [&](Index q, Index k) { return documents[q] == documents[k]; });
  agrees(Both<Causal, SameDocument>{{}, {documents}},
         [&](Index q, Index k) { return causal(q, k) && documents[q] == documents[k]; });
  agrees(Either<Causal, KeyPadding>{{}, {7}}, [&](Index q, Index k) { return causal(q, k) || k < 7; });
}

TEST_CASE("masks: gradients of attention") {
  CHECK(error_in_attention(KeyPadding{66}) < 1e-6);
  CHECK(error_in_attention(KeyPadding{11}) < 1e-6);
  CHECK(error_in_attention(SlidingWindow{5}) < 1e-6);
  CHECK(error_in_attention(Prefix{40}) < 1e-6);
  CHECK(error_in_attention(Both<Causal, KeyPadding>{{}, {20}}) < 1e-6);
}

TEST_CASE("masks: a query that sees nothing gives zeros, and no gradient is NaN") {
  CHECK(error_in_attention(KeyPadding{0}) < 1e-6);
  const support::Numbers<Shape<2, 5, 3>> q(1);
  const support::Numbers<Shape<2, 9, 3>> k(2), v(3);
  for (const double number : support::values([&] {
         return matmul(softmax(mask(scale(matmul(q.name(), transpose(k.name()))), KeyPadding{0})), v.name());
       })) {
    CHECK(number == 0);
  }
}

TEST_CASE("masks: what lies in the padding does not change a result") {
  const support::Numbers<Shape<2, 33, 3>, float> q(1);
  support::Numbers<Shape<2, 70, 3>, float> k(2), v(3);
  const auto attend = [&] {
    return support::values(
        [&] { return matmul(softmax(mask(scale(matmul(q.name(), transpose(k.name()))), KeyPadding{29})), v.name()); });
  };
  const auto before = attend();
  for (Index head = 0; head < 2; ++head) {
    for (Index i = 29 * 3; i < 70 * 3; ++i) k.data[static_cast<std::size_t>(head * 210 + i)] = 1e6f;
    for (Index i = 29 * 3; i < 70 * 3; ++i) v.data[static_cast<std::size_t>(head * 210 + i)] = -1e6f;
  }
  CHECK(attend() == before);
}
