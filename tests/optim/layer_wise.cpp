// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/layer_wise.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"
#include "moves.hpp"

using namespace transfix;

namespace {
constexpr models::GptConfig config{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2, .tied = false};
using Model = models::Gpt<config>;
using optim::LayerWise;
using optim::Sgd;
const auto text = support::pattern(200, 5);
const auto windows = data::next_token_windows<config.context>(text);
constexpr Sgd sgd{.learning_rate = 1, .momentum = 0};

static_assert(LayerWise<Sgd, 2>::fits<Model>);
static_assert(!LayerWise<Sgd, 3>::fits<Model>);
static_assert(!LayerWise<Sgd, 1>::fits<Model>);
static_assert(!LayerWise<Sgd, 2, "*nothing*">::fits<Model>);

auto moves(const auto& optimizer, int steps = 1) { return support::moves<Model>(optimizer, windows, steps); }

int depth_of(const std::string& name) {
  return name.find("embedding") != name.npos ? 3
         : name.starts_with("blocks.0.")     ? 2
         : name.starts_with("blocks.")       ? 1
                                             : 0;
}
}  // namespace

TEST_CASE("layer-wise: each layer learns more slowly than the one above it") {
  const auto plain = moves(sgd), alike = moves(LayerWise<Sgd, 2>{sgd}), slower = moves(LayerWise<Sgd, 2>{sgd, 0.5f});
  CHECK(plain.size() > 20);
  for (const auto& [parameter, moved] : plain) {
    const std::string& name = parameter;
    CAPTURE(name);
    CHECK(moved > 0);
    CHECK(alike.at(name) == moved);
    CHECK(slower.at(name) == doctest::Approx(std::pow(0.5, depth_of(name)) * moved).epsilon(2e-3));
  }
}

TEST_CASE("layer-wise: gradual unfreezing begins at the head and takes in a layer at a time") {
  for (int steps = 1; steps <= 8; ++steps) {
    for (const auto& [parameter, moved] : moves(LayerWise<Sgd, 2>{sgd, 1, 2}, steps)) {
      const std::string& name = parameter;
      CAPTURE(name);
      CAPTURE(steps);
      CHECK((moved > 0) == (depth_of(name) <= (steps - 1) / 2));
    }
  }
}

TEST_CASE("layer-wise: the lowest layers can stay as they are") {
  for (const Index frozen : {1, 2}) {
    for (const auto& [parameter, moved] : moves(LayerWise<Sgd, 2>{sgd, 1, 0, frozen}, 2)) {
      const std::string& name = parameter;
      CAPTURE(name);
      CHECK((moved > 0) == (depth_of(name) < 4 - frozen));
    }
  }
}

TEST_CASE("layer-wise: settings that make no sense are refused by the trainer") {
  CHECK_THROWS_WITH_AS(moves(LayerWise<Sgd, 2>{sgd, 0}), doctest::Contains(".decay must be above 0"), Error);
  CHECK_THROWS_WITH_AS(moves(LayerWise<Sgd, 2>{sgd, 1, -1}), doctest::Contains(".unfreeze_every = -1"), Error);
  CHECK_THROWS_WITH_AS(moves(LayerWise<Sgd, 2>{sgd, 1, 0, 4}), doctest::Contains(".frozen = 4 of 4 depths"), Error);
}
