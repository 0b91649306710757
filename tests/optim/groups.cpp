// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adafactor.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/optim/groups.hpp>
#include <transfix/optim/lookahead.hpp>
#include <transfix/optim/muon.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"
#include "moves.hpp"

using namespace transfix;
using optim::Grouped;
using optim::GroupSettings;

namespace {
constexpr models::GptConfig config{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2};
using Model = models::Gpt<config>;
const auto text = support::pattern(200, 5);
const auto windows = data::next_token_windows<config.context>(text);

static_assert(Grouped<optim::Sgd, "token_embedding.weight", "blocks.1.*", "*bias">::fits<Model>);
static_assert(!Grouped<optim::Sgd, "token_embedding.weight", "blocks.2.*">::fits<Model>);
static_assert(!Grouped<optim::Sgd, "token_embedding">::fits<Model>);

auto moves(const auto& optimizer) { return support::moves<Model>(optimizer, windows); }

/// Validation loss after a short run on text that repeats.
template <class Optimizer, class Execution = Serial>
double learned(const Optimizer& optimizer) {
  Trainer<Model, loss::CrossEntropy, Optimizer, schedule::Constant, Execution> trainer(optimizer,
                                                                                       {.steps = 150, .batch = 4});
  for (int step = 0; step < 150; ++step) trainer.step(windows);
  return trainer.evaluate(windows);
}
}  // namespace

TEST_CASE("groups: each name gets the settings of the first pattern that matches") {
  const optim::Sgd sgd{.learning_rate = 1, .momentum = 0};
  const auto plain = moves(sgd);
  const auto grouped = moves(Grouped<optim::Sgd, "token_embedding.*", "blocks.0.*">{
      sgd, {GroupSettings{.rate = 0}, GroupSettings{.rate = 0.5f}}});
  for (const auto& [name, moved] : plain) {
    const double factor = name.starts_with("token_") ? 0 : name.starts_with("blocks.0.") ? 0.5 : 1;
    CHECK(grouped.at(name) == doctest::Approx(factor * moved).epsilon(1e-3));
  }
  const optim::Sgd decaying{.learning_rate = 1, .momentum = 0, .weight_decay = 0.1f};
  const auto without = moves(Grouped<optim::Sgd, "*">{decaying, {GroupSettings{.decay = GroupSettings::Decay::never}}});
  for (const auto& [name, moved] : plain) CHECK(without.at(name) == doctest::Approx(moved));
}

TEST_CASE("optimizers: every one of them learns a text that repeats") {
  CHECK(learned(optim::Adafactor{.learning_rate = 0.05f}) < 0.1);
  CHECK(learned(optim::Averaged{optim::AdamW{.learning_rate = 1e-2f}, 0.9f}) < 0.1);
  CHECK(learned(optim::Lookahead<optim::AdamW>{.inner = {.learning_rate = 2e-2f}}) < 0.1);
  using Muon = Grouped<optim::Muon, "*embedding*">;
  const Muon muon{{.learning_rate = 0.02f, .others = {.learning_rate = 1e-2f}}, {GroupSettings{.is_map = false}}};
  const double serial = learned(muon);
  CHECK(serial < 0.1);
  CHECK(learned<Muon, Threads<3>>(muon) == learned<Muon, Threads<1>>(muon));
}
