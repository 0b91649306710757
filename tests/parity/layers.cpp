// SPDX-License-Identifier: MIT
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/norm.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_call;
using parity::check_layer;
using parity::Fixture;

TEST_CASE_TEMPLATE("parity: linear", Scalar, double, float) {
  check_layer<Scalar>(Fixture("linear", "even"), nn::Linear<8, 16, Scalar>{}, Shape<4, 8>{});
  check_layer<Scalar>(Fixture("linear", "odd"), nn::Linear<30, 7, Scalar>{}, Shape<13, 30>{});
}

TEST_CASE_TEMPLATE("parity: embedding", Scalar, double, float) {
  const auto check = [](const Fixture& fixture, const auto& embedding, auto shape) {
    const auto tokens = fixture.tokens("tokens");
    check_call<Scalar>(fixture, embedding,
                       [&](const auto& layer) { return layer(Tokens<decltype(shape)::size>{tokens.data()}); });
  };
  check(Fixture("embedding", "even"), nn::Embedding<16, 8, Scalar>{}, Shape<8>{});
  check(Fixture("embedding", "odd"), nn::Embedding<11, 30, Scalar>{}, Shape<13>{});
}

TEST_CASE_TEMPLATE("parity: layer norm", Scalar, double, float) {
  check_layer<Scalar>(Fixture("layer_norm", "even"), nn::LayerNorm<8, Scalar>{}, Shape<4, 8>{});
  check_layer<Scalar>(Fixture("layer_norm", "odd"), nn::LayerNorm<30, Scalar>{}, Shape<13, 30>{});
}

TEST_CASE_TEMPLATE("parity: root-mean-square norm", Scalar, double, float) {
  check_layer<Scalar>(Fixture("rms_norm", "even"), nn::RmsNorm<8, Scalar>{}, Shape<4, 8>{});
  check_layer<Scalar>(Fixture("rms_norm", "odd"), nn::RmsNorm<30, Scalar>{}, Shape<13, 30>{});
}

TEST_CASE_TEMPLATE("parity: activations", Scalar, double, float) {
  const auto check = [](const std::string& name, auto activation) {
    const auto apply = [activation](auto x) { return activation(x); };
    check_layer<Scalar>(Fixture(name, "even"), apply, Shape<4, 16>{});
    check_layer<Scalar>(Fixture(name, "odd"), apply, Shape<3, 37>{});
  };
  check("relu", relu);
  check("gelu", gelu);
  check("gelu_tanh", gelu_tanh);
  check("silu", silu);
}

TEST_CASE_TEMPLATE("parity: feed-forward", Scalar, double, float) {
  check_layer<Scalar>(Fixture("feed_forward", "even"), nn::FeedForward<8, 32, nn::GeluTanh, Scalar>{}, Shape<4, 8>{});
  check_layer<Scalar>(Fixture("feed_forward", "odd"), nn::FeedForward<15, 37, nn::Relu, Scalar>{}, Shape<7, 15>{});
}

TEST_CASE_TEMPLATE("parity: feed-forward with a gate", Scalar, double, float) {
  check_layer<Scalar>(Fixture("gated_feed_forward", "even"), nn::GatedFeedForward<8, 32, nn::Silu, Scalar>{},
                      Shape<4, 8>{});
  check_layer<Scalar>(Fixture("gated_feed_forward", "odd"), nn::GatedFeedForward<15, 37, nn::Gelu, Scalar, true>{},
                      Shape<7, 15>{});
}
