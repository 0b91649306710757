// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/nn/low_rank.hpp>
#include <transfix/optim/adafactor.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/optim/layer_wise.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/keep_best.hpp>
#include <transfix/train/stopping.hpp>
#include <transfix/train/trainer.hpp>
#include <transfix/train/wall_time.hpp>

#include "silent.hpp"

using namespace transfix;
using support::contains;
using support::message_of;
using support::Silent;
namespace fs = std::filesystem;

namespace {
constexpr models::GptConfig config{
    .vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 1, .dropout = true};
using Model = models::Gpt<config>;
const auto tokens = support::pattern(200, 7);
const auto windows = data::next_token_windows<config.context>(tokens);
template <class Optimizer, class M = Model>
using Training = Trainer<M, loss::CrossEntropy, Optimizer, schedule::WarmupCosine>;
constexpr TrainingSettings settings{.steps = 30, .batch = 3, .evaluate_every = 7};

struct Folder {
  fs::path path = fs::temp_directory_path() / "transfix_checkpoint_test";
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path operator/(const char* name) const { return path / name; }
};

std::string bytes(const fs::path& path) { return io::read_bytes(path); }

/// Ends a run as a crash would: nobody is told.
struct Crash {
  Index after;
  void stepped(const auto& trainer) const {
    if (trainer.progress().step == after) fail("crash");
  }
};
struct CrashInEvaluation {
  Index after;
  void evaluated(const auto& trainer) const {
    if (trainer.progress().step == after) fail("crash");
  }
};

struct PressCtrlC {
  void stepped(const auto& trainer) const {
    if (trainer.progress().step == 12) std::raise(SIGINT);
  }
};

template <class Optimizer>
void check_resume() {
  const Folder folder;
  Training<Optimizer> whole({}, settings);
  whole.fit(windows, windows, Silent());
  save_checkpoint(whole, folder / "whole");
  for (const Index crash : {1, 5, 7, 10, 14, 29}) {
    fs::remove(folder / "run");
    Training<Optimizer> first({}, settings);
    CHECK(message_of([&] {
            if (crash % settings.evaluate_every == 0) {
              first.fit(windows, windows, Checkpoint{folder / "run", crash}, CrashInEvaluation{crash}, Silent());
            } else {
              first.fit(windows, windows, Checkpoint{folder / "run", 5}, Crash{crash}, Silent());
            }
          }) == "crash");
    Training<Optimizer> second({}, settings);
    second.fit(windows, windows, Checkpoint{folder / "run", 5}, Silent());
    CHECK(bytes(folder / "run") == bytes(folder / "whole"));
    CHECK(second.progress().best_score == whole.progress().best_score);
    CHECK(second.progress().evaluations_since_best == whole.progress().evaluations_since_best);
  }
}
}  // namespace

TEST_CASE("checkpoint: a run that crashed and was resumed ends with the same bytes, whatever the optimizer") {
  check_resume<optim::AdamW>();
  check_resume<optim::Sgd>();
  check_resume<optim::Adafactor>();
  check_resume<optim::Averaged<optim::AdamW>>();
}

TEST_CASE("checkpoint: of a model with adapters, moments of what is trained only") {
  const Folder folder;
  using Adapted = Training<optim::AdamW, models::Gpt<config, LowRank<2>>>;
  Adapted first({}, settings), second({}, settings);
  for (int step = 0; step < 5; ++step) first.step(windows);
  save_checkpoint(first, folder / "run");
  load_checkpoint(second, folder / "run");
  CHECK(second.step(windows) == first.step(windows));
  CHECK(second.evaluate(windows) == first.evaluate(windows));
}

TEST_CASE("checkpoint: one of other settings, another model or no checkpoint at all is an error that changes nothing") {
  const Folder folder;
  Training<optim::AdamW> run({}, settings);
  for (int step = 0; step < 3; ++step) run.step(windows);
  save_checkpoint(run, folder / "run");
  const auto refused = [&](auto& trainer, const fs::path& path) {
    const auto before = std::make_unique<Model>(trainer.model());
    const auto message = message_of([&] { load_checkpoint(trainer, path); });
    CHECK(std::memcmp(before.get(), &trainer.model(), sizeof(Model)) == 0);
    CHECK(trainer.progress().step == 0);
    return message;
  };
  Training<optim::AdamW> other_batch({}, {.steps = 30, .batch = 4});
  CHECK(contains(refused(other_batch, folder / "run"), "batch = 3; this one has 4"));
  Training<optim::AdamW> other_rate({.learning_rate = 0.5f}, settings);
  CHECK(contains(refused(other_rate, folder / "run"), "learning_rate"));
  Training<optim::Averaged<optim::AdamW>> other_optimizer({}, settings);
  CHECK(contains(refused(other_optimizer, folder / "run"), "has no \"optimizer.decay\""));
  Training<optim::Sgd> plain({.learning_rate = 1e-3f}, settings);
  CHECK(contains(refused(plain, folder / "run"), "has no \"optimizer.momentum\""));
  using Layered = Training<optim::LayerWise<optim::AdamW, 1>>;
  Layered layered({}, settings), faster({{.learning_rate = 0.5f}}, settings);
  layered.step(windows);
  save_checkpoint(layered, folder / "layered");
  CHECK(contains(refused(faster, folder / "layered"), "optimizer.learning_rate = 0.001"));
  Training<optim::AdamW> other_beta({.beta2 = 0.5f}, settings);
  CHECK(contains(refused(other_beta, folder / "run"), "optimizer.beta2 = 0.99"));
  Training<optim::AdamW> other_warmup({}, settings, {.warmup = 7});
  CHECK(contains(refused(other_warmup, folder / "run"), "schedule.warmup = 100; this one has 7"));
  Trainer<Model, loss::CrossEntropy, optim::AdamW> other_schedule({}, settings);
  CHECK(contains(refused(other_schedule, folder / "run"), "this one has no such setting"));
  Training<optim::AdamW> other_data({}, settings);
  const auto fewer = data::next_token_windows<config.context>(std::span(tokens).first(100));
  CHECK(contains(message_of([&] { other_data.fit(fewer, fewer, Checkpoint{folder / "run"}, Silent()); }),
                 "examples = 188; this one has 88"));
  Training<optim::AdamW> same({}, settings);
  io::save(run.model(), folder / "model");
  CHECK(contains(refused(same, folder / "model"), "no checkpoint"));
}

TEST_CASE("checkpoint: Ctrl-C ends the run after the step at hand, and it can go on") {
  const Folder folder;
  Training<optim::AdamW> whole({}, settings), first({}, settings), second({}, settings);
  whole.fit(windows, windows, Silent());
  first.fit(windows, windows, PressCtrlC(), StopOnInterrupt(), Checkpoint{folder / "run", 0}, Silent());
  CHECK(first.progress().step == 12);
  second.fit(windows, windows, StopOnInterrupt(), Checkpoint{folder / "run", 0}, Silent());
  CHECK(second.progress().step == 30);
  CHECK(std::memcmp(&whole.model(), &second.model(), sizeof(Model)) == 0);
  // The evaluation that ends an interrupted run is not part of the run.
  save_checkpoint(whole, folder / "whole");
  CHECK(bytes(folder / "run") == bytes(folder / "whole"));
}

TEST_CASE("stopping: by patience, by target and by the user's word; the best model is put back") {
  const Folder folder;
  const auto run = [](auto&&... observers) {
    Training<optim::AdamW> trainer({.learning_rate = 1e-2f}, {.steps = 200, .batch = 3, .evaluate_every = 10});
    trainer.fit(windows, windows, observers..., Silent());
    return trainer.progress();
  };
  const auto target = run(TargetLoss{0.5});
  CHECK(target.validation_loss <= 0.5);
  CHECK(target.step < 200);
  CHECK(run(StopWhen{[](const TrainingProgress& progress) { return progress.step == 33; }}).step == 33);
  CHECK(run(WallTime{0}).step == 1);

  // A learning rate that destroys what was learned: the first evaluation is the best.
  Training<optim::Sgd, Model> worse({.learning_rate = 30, .momentum = 0},
                                    {.steps = 200, .batch = 3, .evaluate_every = 1});
  worse.fit(windows, windows, KeepBest{folder / "best"}, Patience{4}, Silent());
  CHECK(worse.progress().evaluations_since_best == 4);
  CHECK(worse.progress().step < 200);
  CHECK(worse.evaluate(windows) == doctest::Approx(-worse.progress().best_score).epsilon(1e-6));
}

namespace {
struct Numbered {
  using Example = data::Example<Tokens<12>, Tokens<12>>;
  std::vector<Index>& asked;
  Index size() const { return 10; }
  Example example(Index number) const {
    asked.push_back(number);
    return {{tokens.data() + number}, {tokens.data() + number + 1}};
  }
};
}  // namespace

TEST_CASE("epochs: every example once an epoch, in another order each time; the last batch may be smaller") {
  std::vector<Index> asked;
  const Numbered data{asked};
  Training<optim::AdamW> trainer({}, {.epochs = 3, .batch = 4, .evaluate_every = 0});
  std::vector<Index> order;
  for (int step = 0; step < 8; ++step) {
    asked.clear();
    trainer.step(data);
    // Each example is asked for twice: for its weight and for its pass.
    REQUIRE(asked.size() == (step == 7 ? 4 : 8));
    order.insert(order.end(), asked.begin(), asked.begin() + static_cast<std::ptrdiff_t>(asked.size() / 2));
  }
  CHECK(trainer.progress().steps == 8);
  REQUIRE(order.size() == 30);
  std::vector<std::vector<Index>> epochs;
  for (int epoch = 0; epoch < 3; ++epoch) {
    epochs.emplace_back(order.begin() + 10 * epoch, order.begin() + 10 * (epoch + 1));
    auto sorted = epochs.back();
    std::sort(sorted.begin(), sorted.end());
    for (Index i = 0; i < 10; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
  }
  CHECK(epochs[0] != epochs[1]);
  CHECK(epochs[1] != epochs[2]);
}
