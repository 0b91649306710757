// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/attention.hpp>
#include <transfix/expression/score_terms.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

TEST_CASE("alibi: a penalty for each step of distance, halved from head to head where there are eight") {
  using Scores = Shape<8, 5, 19>;
  const support::Numbers<Scores> x;
  const auto y = support::values([&] { return alibi(x.name()); });
  for (Index i = 0; i < Scores::size; ++i) {
    const Index head = i / 95, query = i / 19 % 5, key = i % 19;
    const double expected = x.data[static_cast<std::size_t>(i)] +
                            std::exp2(-static_cast<double>(head + 1)) * static_cast<double>(key - query);
    CHECK(y[static_cast<std::size_t>(i)] == doctest::Approx(expected));
  }
}

TEST_CASE("soft_cap: small numbers stay, large ones end at the cap") {
  const support::Numbers<Shape<1, 19>> x;
  const auto y = support::values([&] { return soft_cap(x.name() * 100.0, 5.0); });
  for (std::size_t i = 0; i < 19; ++i) CHECK(y[i] == doctest::Approx(5 * std::tanh(20 * x.data[i])));
}

TEST_CASE("relative_bias: T5's buckets") {
  using Table = Name<double, Shape<32, 2>>;
  using Both = RelativeBias<Table, 4, 4, true, 128>;
  // Values of Hugging Face's T5Attention._relative_position_bucket(distance, True, 32, 128).
  CHECK(Both::bucket(0) == 0);
  CHECK(Both::bucket(-1) == 1);
  CHECK(Both::bucket(-7) == 7);
  CHECK(Both::bucket(-8) == 8);
  CHECK(Both::bucket(-127) == 15);
  CHECK(Both::bucket(-1000) == 15);
  CHECK(Both::bucket(1) == 17);
  CHECK(Both::bucket(1000) == 31);
  using Back = RelativeBias<Table, 4, 4, false, 128>;
  CHECK(Back::bucket(3) == 0);  // keys ahead are masked in a decoder
  CHECK(Back::bucket(-15) == 15);
  CHECK(Back::bucket(-16) == 16);
  CHECK(Back::bucket(-500) == 31);
}

TEST_CASE("score terms: gradients inside fused attention, those of the table too") {
  const auto all = [](auto q, auto k, auto v, auto table) {
    auto scores = alibi(scale(matmul(q, transpose(k))) + relative_bias<37, 70>(table));
    return matmul(softmax(mask<Causal>(soft_cap(std::move(scores), 2.0))), v);
  };
  CHECK(gradient_error(all, Shape<3, 37, 4>{}, Shape<3, 70, 4>{}, Shape<3, 70, 5>{}, Shape<8, 3>{}) < 1e-6);
}

TEST_CASE("score terms: one matrix of learned numbers beside the scores of every head") {
  const auto biased = [](auto q, auto k, auto v, auto bias) {
    return matmul(softmax(scale(matmul(q, transpose(k))) + bias), v);
  };
  CHECK(gradient_error(biased, Shape<4, 9, 5>{}, Shape<4, 7, 5>{}, Shape<4, 7, 4>{}, Shape<9, 7>{}) < 1e-6);
}

TEST_CASE("score terms: grouped-query attention is attention with keys and values repeated") {
  const support::Numbers<Shape<6, 9, 5>> q(1);
  const support::Numbers<Shape<2, 7, 5>> k(2), v(3);
  support::Numbers<Shape<6, 7, 5>> all_k(4), all_v(5);
  for (std::size_t i = 0; i < all_k.data.size(); ++i) {
    const std::size_t from = i / 35 / 3 * 35 + i % 35;
    all_k.data[i] = k.data[from];
    all_v.data[i] = v.data[from];
  }
  const auto attend = [&](const auto& keys, const auto& values) {
    return support::values(
        [&] { return matmul(softmax(scale(matmul(q.name(), transpose(keys.name())))), values.name()); });
  };
  CHECK(attend(k, v) == attend(all_k, all_v));
  const auto grouped = [](auto a, auto b, auto c) {
    return matmul(softmax(mask<Causal>(scale(matmul(a, transpose(b))))), c);
  };
  CHECK(gradient_error(grouped, Shape<6, 9, 5>{}, Shape<2, 70, 5>{}, Shape<2, 70, 4>{}) < 1e-6);
}
