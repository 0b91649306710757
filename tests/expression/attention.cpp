// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <transfix/expression/activations.hpp>
#include <transfix/expression/attention.hpp>
#include <transfix/expression/heads.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {

/// A score term of one's own: a penalty that grows with the distance (Press et al. 2022).
struct Alibi {
  template <class V>
  static V value(V score, const Position<V>& at) {
    using Scalar = simd::ScalarOf<V>;
    const auto slope = static_cast<Scalar>(1.0 / static_cast<double>(Index{2} << at.batch));
    return score - V(slope) * abs(V(static_cast<Scalar>(at.row)) - at.columns);
  }
  template <class V>
  static V derivative(V, const Position<V>&) {
    return V(1);
  }
};
constexpr auto alibi = elementwise<Alibi>;

/// A mask of one's own: each query sees the last `length` keys up to its own.
struct Window {
  Index length = 5;
  template <class V>
  auto sees(const Position<V>& at) const {
    using Scalar = simd::ScalarOf<V>;
    return (at.columns <= V(static_cast<Scalar>(at.row))) && (at.columns > V(static_cast<Scalar>(at.row - length)));
  }
  constexpr bool hides(Region region) const {
    return region.first_column > region.last_row || region.last_column <= region.first_row - length;
  }
};

/// Keys beyond the length of a text are padding.
struct Padding {
  Index length = 0;
  template <class V>
  auto sees(const Position<V>& at) const {
    return at.columns < V(static_cast<simd::ScalarOf<V>>(length));
  }
  static constexpr bool hides(Region) { return false; }
};

template <Index Heads, Index Queries, Index Keys, Index Width = 5, Index ValueWidth = 5, class Scalar = double>
struct Case {
  using Query = Shape<Heads, Queries, Width>;
  using Key = Shape<Heads, Keys, Width>;
  using Value = Shape<Heads, Keys, ValueWidth>;
  support::Numbers<Query, Scalar> query{1};
  support::Numbers<Key, Scalar> key{2};
  support::Numbers<Value, Scalar> value{3};

  /// The plain loops: term(head, query, key, score) gives a score, factor what a probability is multiplied with.
  std::vector<double> plain(auto term, auto factor) const {
    std::vector<double> result;  // [queries, heads * width of values]
    for (Index i = 0; i < Queries; ++i) {
      for (Index head = 0; head < Heads; ++head) {
        std::vector<double> scores;
        double largest = -INFINITY, sum = 0;
        for (Index j = 0; j < Keys; ++j) {
          double score = 0;
          for (Index d = 0; d < Width; ++d) {
            score += static_cast<double>(query(head * Queries + i, d)) * static_cast<double>(key(head * Keys + j, d));
          }
          scores.push_back(term(head, i, j, score / std::sqrt(static_cast<double>(Width))));
          largest = std::max(largest, scores.back());
        }
        for (double& score : scores) sum += score = largest > -INFINITY ? std::exp(score - largest) : 0;
        for (Index d = 0; d < ValueWidth; ++d) {
          double y = 0;
          for (Index j = 0; j < Keys && sum > 0; ++j) {
            y += scores[static_cast<std::size_t>(j)] / sum * factor(head * Queries + i, j) *
                 static_cast<double>(value(head * Keys + j, d));
          }
          result.push_back(y);
        }
      }
    }
    return result;
  }
  std::vector<double> plain(auto term) const {
    return plain(term, [](Index, Index) { return 1.0; });
  }

  std::vector<Scalar> fused(auto function, Context context = {}) const {
    return support::values([&] { return function(query.name(), key.name(), value.name()); }, context);
  }
};

/// Attention with the given terms between the two products.
template <class Terms>
auto attention(Terms terms) {
  return [terms](auto q, auto k, auto v) { return matmul(softmax(terms(scale(matmul(q, transpose(k))))), v); };
}
const auto unmasked = attention([](auto scores) { return scores; });
const auto causal = attention([](auto scores) { return mask<Causal>(std::move(scores)); });

const auto unmasked_term = [](Index, Index, Index, double score) { return score; };
const auto causal_term = [](Index, Index i, Index j, double score) { return j <= i ? score : -INFINITY; };

template <class E>
constexpr bool is_fused = false;
template <class... Parts>
constexpr bool is_fused<Attention<Parts...>> = true;

template <class C>
void check_values(double bound) {
  const C numbers;
  CHECK(support::largest_difference(numbers.fused(unmasked).data(), numbers.plain(unmasked_term)) < bound);
  CHECK(support::largest_difference(numbers.fused(causal).data(), numbers.plain(causal_term)) < bound);
}
}  // namespace

TEST_CASE("attention: fused equals the plain loops, for every tail of the tiles") {
  check_values<Case<1, 1, 1>>(1e-13);
  check_values<Case<2, 37, 37>>(1e-13);
  check_values<Case<3, 64, 64, 8, 8>>(1e-13);
  check_values<Case<2, 70, 70, 3, 7>>(1e-13);
  check_values<Case<2, 1, 70>>(1e-13);
  check_values<Case<1, 33, 129>>(1e-13);
  check_values<Case<2, 130, 5>>(1e-13);
}

TEST_CASE("attention: in float") {
  check_values<Case<2, 37, 70, 16, 16, float>>(2e-6);
  check_values<Case<2, 64, 64, 32, 32, float>>(2e-6);
  check_values<Case<2, 100, 200, 24, 40, float>>(2e-6);
}

TEST_CASE("attention: heads of queries that share keys and values see what copies of these would show them") {
  Case<4, 100, 150, 5, 7> copied;
  using Key = Shape<2, 150, 5>;
  using Value = Shape<2, 150, 7>;
  support::Numbers<Key, double> key{2};
  support::Numbers<Value, double> value{3};
  for (Index head = 0; head < 4; ++head) {
    std::copy_n(&key.data[static_cast<std::size_t>(head / 2 * 150 * 5)], 150 * 5,
                &copied.key.data[static_cast<std::size_t>(head * 150 * 5)]);
    std::copy_n(&value.data[static_cast<std::size_t>(head / 2 * 150 * 7)], 150 * 7,
                &copied.value.data[static_cast<std::size_t>(head * 150 * 7)]);
  }
  const auto shared = support::values([&] { return causal(copied.query.name(), key.name(), value.name()); });
  CHECK(support::largest_difference(shared.data(), copied.plain(causal_term)) < 1e-13);
  CHECK(gradient_error(causal, Shape<4, 70, 2>{}, Shape<2, 70, 2>{}, Shape<2, 70, 3>{}) < 1e-6);
}

TEST_CASE("attention: scores far apart, larger from tile to tile, neither overflow nor vanish") {
  Case<1, 3, 200, 5, 5, float> numbers;
  for (Index j = 0; j < 200; ++j) {
    for (Index d = 0; d < 5; ++d) numbers.key.data[static_cast<std::size_t>(j * 5 + d)] = static_cast<float>(j);
  }
  for (float& q : numbers.query.data) q = 40;
  CHECK(support::largest_difference(numbers.fused(unmasked).data(), numbers.plain(unmasked_term)) < 2e-6);
}

TEST_CASE("attention: gradients") {
  CHECK(gradient_error(unmasked, Shape<2, 5, 3>{}, Shape<2, 7, 3>{}, Shape<2, 7, 4>{}) < 1e-6);
  CHECK(gradient_error(causal, Shape<2, 37, 3>{}, Shape<2, 37, 3>{}, Shape<2, 37, 4>{}) < 1e-6);
  CHECK(gradient_error(causal, Shape<1, 70, 2>{}, Shape<1, 70, 2>{}, Shape<1, 70, 2>{}) < 1e-6);
}

TEST_CASE("attention: gradients of operands that are computed, in fresh memory") {
  const auto computed = [](auto q, auto k, auto v) {
    return matmul(softmax(mask<Causal>(scale(matmul(q * q, transpose(k * 2.0))))), v * v) * 2.0;
  };
  CHECK(gradient_error(computed, Shape<2, 37, 3>{}, Shape<2, 37, 3>{}, Shape<2, 37, 4>{}) < 1e-6);
}

TEST_CASE("attention: score terms and masks of one's own fuse, values and gradients") {
  const Case<2, 37, 70> numbers;
  SUBCASE("distance penalty") {
    const auto own = attention([](auto scores) { return mask<Causal>(alibi(std::move(scores))); });
    CHECK(support::largest_difference(
              numbers.fused(own).data(), numbers.plain([](Index head, Index i, Index j, double s) {
                return j <= i ? s - std::pow(0.5, head + 1) * static_cast<double>(i - j) : -INFINITY;
              })) < 1e-13);
    CHECK(gradient_error(own, Shape<2, 37, 3>{}, Shape<2, 70, 3>{}, Shape<2, 70, 2>{}) < 1e-6);
  }
  SUBCASE("sliding window") {
    const auto own = attention([](auto scores) { return mask(std::move(scores), Window{5}); });
    const auto term = [](Index, Index i, Index j, double s) { return j <= i && j > i - 5 ? s : -INFINITY; };
    CHECK(support::largest_difference(numbers.fused(own).data(), numbers.plain(term)) < 1e-13);
    const Case<1, 200, 200> longer;  // whole tiles are skipped on both sides
    CHECK(support::largest_difference(longer.fused(own).data(), longer.plain(term)) < 1e-13);
    CHECK(gradient_error(own, Shape<1, 100, 2>{}, Shape<1, 100, 2>{}, Shape<1, 100, 2>{}) < 1e-6);
    // The left half of a tile is skipped, too.
    const auto itself = attention([](auto scores) { return mask(std::move(scores), Window{1}); });
    CHECK(support::largest_difference(longer.fused(itself).data(), longer.plain([](Index, Index i, Index j, double s) {
            return j == i ? s : -INFINITY;
          })) < 1e-13);
    CHECK(gradient_error(itself, Shape<1, 130, 2>{}, Shape<1, 130, 2>{}, Shape<1, 130, 2>{}) < 1e-6);
  }
  SUBCASE("padding and causal") {
    const auto own = attention([](auto scores) { return mask(mask<Causal>(std::move(scores)), Padding{11}); });
    CHECK(support::largest_difference(numbers.fused(own).data(), numbers.plain([](Index, Index i, Index j, double s) {
            return j <= i && j < 11 ? s : -INFINITY;
          })) < 1e-13);
    CHECK(gradient_error(own, Shape<2, 9, 3>{}, Shape<2, 17, 3>{}, Shape<2, 17, 2>{}) < 1e-6);
  }
  SUBCASE("soft cap") {
    const auto own = attention([](auto scores) { return mask<Causal>(tanh(std::move(scores) / 2.0) * 2.0); });
    CHECK(support::largest_difference(numbers.fused(own).data(), numbers.plain([](Index, Index i, Index j, double s) {
            return j <= i ? 2 * std::tanh(s / 2) : -INFINITY;
          })) < 1e-13);
    CHECK(gradient_error(own, Shape<2, 9, 3>{}, Shape<2, 17, 3>{}, Shape<2, 17, 2>{}) < 1e-6);
  }
}

TEST_CASE("attention: a learned bias of every score, or one for each key, is a score term") {
  const auto biased = [](auto q, auto k, auto v, auto bias) {
    return matmul(softmax(mask<Causal>(scale(matmul(q, transpose(k))) + bias)), v);
  };
  using Q = Shape<2, 9, 3>;
  using K = Shape<2, 17, 3>;
  static_assert(
      is_fused<decltype(biased(Name<float, Q>(), Name<float, K>(), Name<float, K>(), Name<float, Shape<2, 9, 17>>()))>);
  static_assert(
      is_fused<decltype(biased(Name<float, Q>(), Name<float, K>(), Name<float, K>(), Name<float, Shape<17>>()))>);
  CHECK(gradient_error(biased, Q{}, K{}, K{}, Shape<2, 9, 17>{}) < 1e-6);
  CHECK(gradient_error(biased, Q{}, K{}, K{}, Shape<17>{}) < 1e-6);
}

TEST_CASE("attention: a learned bias has a gradient where query, key and value are constants") {
  const Case<2, 9, 17> numbers;
  const auto biased = [&](auto bias) {
    return matmul(softmax(scale(matmul(constant<Shape<2, 9, 5>>(numbers.query.data.data()),
                                       transpose(constant<Shape<2, 17, 5>>(numbers.key.data.data())))) +
                          bias),
                  constant<Shape<2, 17, 5>>(numbers.value.data.data()));
  };
  CHECK(gradient_error(biased, Shape<2, 9, 17>{}) < 1e-6);
}

TEST_CASE("attention: with terms that are not elementwise it is computed in parts, just as well") {
  const auto parts = [](auto q, auto k, auto v) {
    return matmul(softmax(matmul(q, transpose(k)) + matmul(q, transpose(k))), v);
  };
  static_assert(!is_fused<decltype(parts(Name<float, Shape<2, 5, 3>>(), Name<float, Shape<2, 5, 3>>(),
                                         Name<float, Shape<2, 5, 3>>()))>);
  CHECK(gradient_error(parts, Shape<2, 5, 3>{}, Shape<2, 7, 3>{}, Shape<2, 7, 4>{}) < 1e-6);
}

TEST_CASE("attention: queries that see nothing give zeros, forward and backward") {
  // With an offset of -3 the first three queries see no key.
  const auto late = attention([](auto scores) { return mask(std::move(scores), Causal{-3}); });
  const Case<2, 37, 70> numbers;
  CHECK(support::largest_difference(numbers.fused(late).data(), numbers.plain([](Index, Index i, Index j, double s) {
          return j <= i - 3 ? s : -INFINITY;
        })) < 1e-13);
  CHECK(gradient_error(late, Shape<2, 9, 3>{}, Shape<2, 17, 3>{}, Shape<2, 17, 2>{}) < 1e-6);
  const auto nothing = attention([](auto scores) { return mask(std::move(scores), Padding{0}); });
  for (const double y : numbers.fused(nothing)) CHECK(y == 0);
  CHECK(gradient_error(nothing, Shape<2, 9, 3>{}, Shape<2, 17, 3>{}, Shape<2, 17, 2>{}) == 0);
}

TEST_CASE("attention: dropout of the probabilities") {
  const auto dropped = [](auto q, auto k, auto v) {
    return matmul(dropout(softmax(mask<Causal>(scale(matmul(q, transpose(k)))))), v);
  };
  Context context;
  context.seed = 5;
  context.dropout = 0.3f;
  const Case<2, 37, 37> numbers;
  DropoutMask keeps;
  keeps.start(context);
  context.random_stream = 0;
  const auto factor = [&](Index row, Index column) { return keeps.factor<simd::One<double>>(row, column).value; };
  CHECK(support::largest_difference(numbers.fused(dropped, context).data(), numbers.plain(causal_term, factor)) <
        1e-13);
  CHECK(gradient_error(dropped, context, Shape<2, 37, 3>{}, Shape<2, 37, 3>{}, Shape<2, 37, 2>{}) < 1e-6);
}

TEST_CASE("attention: heads of one matrix, without copies") {
  const auto self = [](auto joined) {
    const auto [q, k, v] = split_heads<3, 2>(joined);
    return merge_heads(matmul(softmax(mask<Causal>(scale(matmul(q, transpose(k))))), v));
  };
  CHECK(gradient_error(self, Shape<9, 18>{}) < 1e-6);
}

// Scores of 256 x 256 floats would take 256 KiB; keys and values, transposed, take 16 KiB each.
TEST_CASE("attention: memory does not grow with queries times keys") {
  using Heads = Name<float, Shape<1, 256, 16>>;
  using E = decltype(causal(Heads(), Heads(), Heads()));
  static_assert(is_fused<E>);
  static_assert(sizeof(E::Tape) < 20_KiB);
  static_assert(E::forward_bytes < 48_KiB && E::open_bytes + E::close_bytes < 96_KiB);
}
