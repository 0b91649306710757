// SPDX-License-Identifier: MIT
#include <transfix/expression/masks.hpp>
#include <transfix/nn/cross_attention.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_call;
using parity::check_layer;
using parity::Fixture;

TEST_CASE_TEMPLATE("parity: causal self-attention", Scalar, double, float) {
  check_layer<Scalar>(Fixture("self_attention_causal", "even"), nn::SelfAttention<16, 4, Causal, Scalar>{},
                      Shape<8, 16>{});
  check_layer<Scalar>(Fixture("self_attention_causal", "odd"), nn::SelfAttention<30, 3, Causal, Scalar>{},
                      Shape<13, 30>{});
}

TEST_CASE_TEMPLATE("parity: self-attention in both directions, without padding and with it", Scalar, double, float) {
  const auto padded = [](Index length) {
    return [length](const auto& layer, auto x) { return layer(x, NoMemory{}, KeyPadding{length}); };
  };
  using Even = nn::SelfAttention<16, 4, Unmasked, Scalar>;
  using Odd = nn::SelfAttention<15, 3, Unmasked, Scalar>;
  check_layer<Scalar>(Fixture("self_attention", "even"), Even{}, Shape<8, 16>{});
  check_layer<Scalar>(Fixture("self_attention", "odd"), Odd{}, Shape<13, 15>{});
  check_call<Scalar, Shape<8, 16>>(Fixture("self_attention_padded", "even"), Even{}, padded(4));
  check_call<Scalar, Shape<13, 15>>(Fixture("self_attention_padded", "odd"), Odd{}, padded(9));
}

TEST_CASE_TEMPLATE("parity: cross-attention to a padded source", Scalar, double, float) {
  const auto padded = [](Index length) {
    return [length](const auto& layer, auto x, auto source) { return layer(x, source, KeyPadding{length}); };
  };
  check_call<Scalar, Shape<8, 16>, Shape<16, 16>>(Fixture("cross_attention", "even"),
                                                  nn::CrossAttention<16, 4, 16, Scalar>{}, padded(16));
  check_call<Scalar, Shape<13, 15>, Shape<21, 7>>(Fixture("cross_attention", "odd"),
                                                  nn::CrossAttention<15, 3, 7, Scalar>{}, padded(18));
}
