// SPDX-License-Identifier: MIT
#include <transfix/expression/attention.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/score_terms.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_call;
using parity::check_layer;
using parity::Fixture;

namespace {
/// Attention with the given terms between the two products; queries, keys and values have their heads side by side.
template <Index Heads>
auto attention(auto terms) {
  return [terms](auto queries, auto keys, auto values) {
    const auto heads = [](auto name) { return split_heads<1, Heads>(name)[0]; };
    return merge_heads(matmul(softmax(terms(matmul(heads(queries), transpose(heads(keys))))), heads(values)));
  };
}

template <class Scalar>
struct Bias {
  template <Index Buckets, Index Heads>
  struct Of {
    Parameter<Shape<Buckets, Heads>, Scalar> table;
  };
};

/// T5 does not scale its scores.
template <Index Heads, Index Context, bool Bidirectional, class Mask>
constexpr auto biased = [](const auto& layer, auto queries, auto keys, auto values) {
  const auto terms = [&](auto scores) {
    return mask<Mask>(std::move(scores) + relative_bias<Context, Context, Bidirectional, 20>(layer.table));
  };
  return attention<Heads>(terms)(queries, keys, values);
};
}  // namespace

TEST_CASE_TEMPLATE("parity: ALiBi", Scalar, double, float) {
  const auto terms = [](auto scores) { return alibi(scale(std::move(scores))); };
  check_layer<Scalar>(Fixture("alibi", "even"), attention<2>(terms), Shape<8, 8>{}, Shape<16, 8>{}, Shape<16, 8>{});
  check_layer<Scalar>(Fixture("alibi", "odd"), attention<3>(terms), Shape<37, 15>{}, Shape<70, 15>{}, Shape<70, 15>{});
}

TEST_CASE_TEMPLATE("parity: soft cap", Scalar, double, float) {
  const auto terms = [](double cap) {
    return [cap](auto scores) { return mask<Causal>(soft_cap(scale(std::move(scores)), cap)); };
  };
  check_layer<Scalar>(Fixture("soft_cap", "even"), attention<2>(terms(2.0)), Shape<8, 8>{}, Shape<8, 8>{},
                      Shape<8, 8>{});
  check_layer<Scalar>(Fixture("soft_cap", "odd"), attention<3>(terms(1.5)), Shape<37, 15>{}, Shape<37, 15>{},
                      Shape<37, 15>{});
}

TEST_CASE_TEMPLATE("parity: sliding window", Scalar, double, float) {
  const auto terms = [](Index width) {
    return [width](auto scores) { return mask(scale(std::move(scores)), SlidingWindow{width}); };
  };
  check_layer<Scalar>(Fixture("sliding_window", "even"), attention<2>(terms(4)), Shape<16, 8>{}, Shape<16, 8>{},
                      Shape<16, 8>{});
  check_layer<Scalar>(Fixture("sliding_window", "odd"), attention<3>(terms(11)), Shape<70, 15>{}, Shape<70, 15>{},
                      Shape<70, 15>{});
}

TEST_CASE_TEMPLATE("parity: T5's relative bias and the gradient of its table", Scalar, double, float) {
  using Even = typename Bias<Scalar>::template Of<8, 2>;
  using Odd = typename Bias<Scalar>::template Of<8, 3>;
  using E = Shape<8, 8>;
  using O = Shape<37, 15>;
  check_call<Scalar, E, E, E>(Fixture("relative_bias", "even"), Even{}, biased<2, 8, true, Unmasked>);
  check_call<Scalar, O, O, O>(Fixture("relative_bias", "odd"), Odd{}, biased<3, 37, true, Unmasked>);
  check_call<Scalar, E, E, E>(Fixture("relative_bias_causal", "even"), Even{}, biased<2, 8, false, Causal>);
  check_call<Scalar, O, O, O>(Fixture("relative_bias_causal", "odd"), Odd{}, biased<3, 37, false, Causal>);
}
