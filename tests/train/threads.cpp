// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>

#include "silent.hpp"

using namespace transfix;

namespace {
using Model = models::Gpt<models::GptConfig{
    .vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2, .dropout = true}>;

struct Outcome {
  std::unique_ptr<Model> model;
  std::vector<double> losses;
};

template <class Execution>
Outcome trained() {
  const auto tokens = support::pattern(200, 7);
  const auto windows = data::next_token_windows<12>(tokens);
  Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Execution> trainer({},
                                                                                          {.steps = 10, .batch = 6});
  Outcome outcome;
  for (int step = 0; step < 10; ++step) {
    outcome.losses.push_back(trainer.step(windows));
    outcome.losses.push_back(trainer.progress().gradient_norm);
  }
  outcome.losses.push_back(trainer.evaluate(windows));
  outcome.model = std::make_unique<Model>(trainer.model());
  return outcome;
}

bool equal(const Outcome& a, const Outcome& b) {
  return a.losses == b.losses && std::memcmp(a.model.get(), b.model.get(), sizeof(Model)) == 0;
}
}  // namespace

TEST_CASE("threads: one, two and four give the same bits, from run to run") {
  const Outcome one = trained<Threads<1>>(), two = trained<Threads<2>>(), four = trained<Threads<4>>();
  CHECK(equal(one, two));
  CHECK(equal(one, four));
  CHECK(equal(one, trained<Threads<3>>()));
  for (int run = 0; run < 5; ++run) CHECK(equal(two, trained<Threads<2>>()));
}

TEST_CASE("threads: sequences stay the same; only the order of sums differs from a serial run") {
  const Outcome serial = trained<Serial>(), threads = trained<Threads<2>>();
  CHECK(serial.losses[0] == doctest::Approx(threads.losses[0]).epsilon(1e-6));
  CHECK(serial.losses.back() == doctest::Approx(threads.losses.back()).epsilon(1e-3));
}

TEST_CASE("threads: every part of a task runs once, in its own thread") {
  Threads<3> threads;
  int counts[3] = {};
  std::thread::id ids[3];
  for (int round = 0; round < 500; ++round) {
    threads.run([&](Index thread) {
      ++counts[thread];
      ids[thread] = std::this_thread::get_id();
    });
  }
  for (const int count : counts) CHECK(count == 500);
  CHECK(ids[0] == std::this_thread::get_id());
  CHECK(ids[0] != ids[1]);
  CHECK(ids[1] != ids[2]);
}

TEST_CASE("threads: when several fail at once one error arrives, and none is left for the next task") {
  Threads<3> threads;
  for (int round = 0; round < 20; ++round) {
    const auto message = support::message_of([&] { threads.run([](Index) { fail("all of them"); }); });
    CHECK(message == "all of them");
    CHECK(support::message_of([&] { threads.run([](Index) {}); }).empty());
  }
}
