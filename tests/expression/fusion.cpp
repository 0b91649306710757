// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/attention.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/masks.hpp>
#include <transfix/expression/score_terms.hpp>

using namespace transfix;

// Scores of 256 x 256 floats would take 256 KiB; queries, keys and values are names here, and the result takes 16 KiB.
// So do keys and values, transposed.

namespace {
using Heads = Name<float, Shape<1, 256, 16>>;
using Bias = Name<float, Shape<32, 1>>;

template <class E>
constexpr bool is_fused = false;
template <class... Parts>
constexpr bool is_fused<Attention<Parts...>> =
    sizeof(typename Attention<Parts...>::Tape) < 24_KiB && Attention<Parts...>::forward_bytes < 48_KiB &&
    Attention<Parts...>::open_bytes + Attention<Parts...>::close_bytes < 96_KiB;

template <bool Drops, class Query, class Key>
constexpr auto attention(auto terms) {
  return matmul(dropout<Drops>(softmax(terms(scale(matmul(Query(), transpose(Key())))))), Key());
}
/// Whether attention with these terms is one operation, with dropout and without.
template <class Query = Heads, class Key = Heads, class Terms>
constexpr bool fuses(Terms) {
  return is_fused<decltype(attention<false, Query, Key>(std::declval<Terms>()))> &&
         is_fused<decltype(attention<true, Query, Key>(std::declval<Terms>()))>;
}
template <class Mask>
constexpr bool mask_fuses = fuses([](auto scores) { return mask(std::move(scores), Mask()); });

static_assert(mask_fuses<Unmasked>);
static_assert(mask_fuses<Causal>);
static_assert(mask_fuses<KeyPadding>);
static_assert(mask_fuses<SlidingWindow>);
static_assert(mask_fuses<Prefix>);
static_assert(mask_fuses<SameDocument>);
static_assert(mask_fuses<Both<Causal, KeyPadding>>);
static_assert(mask_fuses<Either<Prefix, SlidingWindow>>);
static_assert(mask_fuses<Both<SameDocument, Either<Causal, Prefix>>>);

constexpr auto with_alibi = [](auto scores) { return alibi(std::move(scores)); };
constexpr auto with_bias = [](auto scores) { return std::move(scores) + relative_bias<256, 256>(Bias()); };
constexpr auto with_cap = [](auto scores) { return soft_cap(std::move(scores), 30); };
constexpr auto masked_after = [](auto terms) {
  return [terms](auto scores) { return mask(mask<Causal>(terms(std::move(scores))), KeyPadding{9}); };
};
static_assert(fuses(with_alibi) && fuses(masked_after(with_alibi)));
static_assert(fuses(with_bias) && fuses(masked_after(with_bias)));
static_assert(fuses(with_cap) && fuses(masked_after(with_cap)));
static_assert(fuses(masked_after([](auto scores) { return with_cap(with_bias(with_alibi(std::move(scores)))); })));
static_assert(fuses([](auto scores) { return with_alibi(mask<Causal>(std::move(scores))); }));

// Several heads of queries that share keys and values.
static_assert(fuses<Name<float, Shape<4, 256, 4>>, Name<float, Shape<2, 256, 4>>>([](auto scores) {
  return mask<Causal>(std::move(scores));
}));

// The test can tell: scores that are needed twice are stored.
static_assert(!fuses([](auto scores) { return let(std::move(scores), [](auto name) { return name * name; }); }));
}  // namespace

TEST_CASE("fusion: attention stores no scores, whatever mask, terms and dropout it has") {
  CHECK(mask_fuses<Causal>);  // all is checked by the compiler
}
