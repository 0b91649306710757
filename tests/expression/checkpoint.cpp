// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/activations.hpp>
#include <transfix/expression/checkpoint.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/each.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

namespace {
constexpr auto body = [](auto y) { return tanh(matmul(silu(y), transpose(y))); };
}

TEST_CASE("checkpoint: gradients are those of its body") {
  const auto leaf = [](auto x) { return checkpoint(x, body); };
  const auto stored = [](auto x) { return checkpoint(gelu(x), body) * 2.0; };
  CHECK(gradient_error(leaf, Shape<5, 17>{}) < 1e-6);
  CHECK(gradient_error(stored, Shape<5, 17>{}) < 1e-6);
}

TEST_CASE("checkpoint: a leaf that is used elsewhere too gets both gradients") {
  const auto both = [](auto x) { return checkpoint(x, [](auto y) { return silu(y); }) + x * x; };
  CHECK(gradient_error(both, Shape<3, 9>{}) < 1e-6);
}

TEST_CASE("checkpoint: random numbers are the same when drawn again") {
  Context context;
  context.dropout = 0.4f;
  const auto noisy = [](auto x) {
    return dropout(checkpoint(dropout(x), [](auto y) { return y * dropout(silu(dropout(y))); }));
  };
  CHECK(gradient_error(noisy, context, Shape<6, 20>{}) < 1e-6);
}

TEST_CASE("checkpoint: and in each of several sequences that are worked on together") {
  Context context;
  context.dropout = 0.4f;
  const auto noisy = [](auto x) {
    return each<3>(
        [x](Index number) { return checkpoint(matrix(x, number), [](auto y) { return y * dropout(silu(y)); }); });
  };
  CHECK(gradient_error(noisy, context, Shape<3, 4, 20>{}) < 1e-6);
}

TEST_CASE("checkpoint: the tape keeps the result and not what is inside") {
  const auto deep = [](auto y) {
    return let(silu(y), [](auto a) { return let(tanh(a), [](auto b) { return b * b; }); });
  };
  using Leaf = Name<float, Shape<64, 64>>;
  using Kept = decltype(checkpoint(Leaf{}, deep));
  using Whole = decltype(store(deep(Leaf{})));
  static_assert(sizeof(Kept::Tape) < sizeof(Whole::Tape) / 2);
}
