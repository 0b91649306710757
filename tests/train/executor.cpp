// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/executor.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>

#include "silent.hpp"

using namespace transfix;

namespace {
using Model = models::Gpt<models::GptConfig{
    .vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2, .dropout = true}>;
template <class Execution>
using TrainerWith = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Execution>;

/// Another library's pool: how many threads it has is known at run time, and they take numbers backwards.
struct Pool {
  int threads = 0;
  int calls = 0;
  void for_each_number(Index count, const auto& function) {
    ++calls;
    std::atomic<Index> next{count};
    const auto work = [&] {
      for (Index number = --next; number >= 0; number = --next) function(static_cast<std::size_t>(number));
    };
    std::vector<std::thread> workers;
    for (int i = 1; i < threads; ++i) workers.emplace_back(work);
    work();
    for (auto& worker : workers) worker.join();
  }
};

struct InPool {
  Pool* pool;
  void operator()(Index count, const auto& function) const { pool->for_each_number(count, function); }
};

struct OneAfterTheOther {
  void operator()(Index count, const auto& function) const {
    for (Index number = 0; number < count; ++number) function(number);
  }
};

struct Outcome {
  std::unique_ptr<Model> model;
  std::vector<double> losses;
};

template <class Execution>
Outcome trained(const auto&... execution) {
  const auto tokens = support::pattern(200, 7);
  const auto windows = data::next_token_windows<12>(tokens);
  TrainerWith<Execution> trainer({}, {.steps = 8, .batch = 6}, {}, {}, execution...);
  Outcome outcome;
  for (int step = 0; step < 8; ++step) outcome.losses.push_back(trainer.step(windows));
  outcome.losses.push_back(trainer.evaluate(windows));
  outcome.model = std::make_unique<Model>(trainer.model());
  return outcome;
}

bool equal(const Outcome& a, const Outcome& b) {
  return a.losses == b.losses && std::memcmp(a.model.get(), b.model.get(), sizeof(Model)) == 0;
}

template <int Skipped, int Times>
struct Careless {
  void operator()(Index count, const auto& function) const {
    for (Index number = 0; number < count; ++number) {
      for (int i = 0; i < (number == Skipped ? Times : 1); ++i) function(number);
    }
  }
};
}  // namespace

TEST_CASE("executor: the threads of another library give the bits of Threads, however many they are") {
  const Outcome threads = trained<Threads<2>>();
  for (const int count : {1, 2, 3}) {
    Pool pool{count};
    CHECK(equal(threads, trained<Executor<InPool, 4>>(InPool{&pool})));
    CHECK(pool.calls > 16);
  }
  CHECK(equal(threads, trained<Executor<OneAfterTheOther, 3>>()));
  CHECK(equal(trained<Serial>(), trained<Executor<OneAfterTheOther, 1, 1>>()));
}

TEST_CASE("executor: each part has a tape and a workspace") {
  constexpr auto parts = TrainerWith<Executor<OneAfterTheOther, 3>>::memory(),
                 threads = TrainerWith<Threads<3>>::memory();
  static_assert(parts.total() == threads.total() && parts.tape == threads.tape);
}

TEST_CASE("executor: an error in a part reaches the caller when all parts are done, not the pool") {
  Pool pool{3};
  Executor<InPool, 4> executor(InPool{&pool});
  std::atomic<int> done{0};
  for (int round = 0; round < 10; ++round) {
    done = 0;
    CHECK(support::message_of([&] {
            executor.run([&](Index part) {
              ++done;
              if (part % 2 == 1) fail("part ", part);
            });
          }) == "part 1");
    CHECK(done == 4);
    CHECK(support::message_of([&] { executor.run([](Index) {}); }).empty());
  }
}

TEST_CASE("executor: a part that is left out or done twice is an error that says so") {
  Executor<Careless<2, 0>, 4> lazy;
  CHECK(support::message_of([&] { lazy.run([](Index) {}); }) ==
        "the executor's parallel_for called part 2 of 4 0 times: it must call function(0) to function(count - 1), each "
        "once, and wait for them");
  Executor<Careless<1, 2>, 4> eager;
  int calls[4] = {};
  CHECK(support::contains(support::message_of([&] { eager.run([&](Index part) { ++calls[part]; }); }),
                          "called part 1 of 4 2 times"));
  for (const int count : calls) CHECK(count == 1);
}
