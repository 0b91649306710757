// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/threads.hpp>
#include <transfix/train/trainer.hpp>

#include "../counted_new.hpp"
#include "silent.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
using Model = models::Gpt<models::GptConfig{
    .vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2, .dropout = true}>;
template <class Execution = Serial>
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Execution>;

constexpr MemoryOfTraining memory = Training<>::memory();
static_assert(memory.parameters == sizeof(Model) && memory.gradients == sizeof(Model));
static_assert(memory.optimizer == 2 * sizeof(Model));
static_assert(memory.total() ==
              memory.parameters + memory.gradients + memory.optimizer + memory.tape + memory.workspace);
// More threads take tapes, workspaces and sums of gradients, nothing else.
static_assert(Training<Threads<2>>::memory().tape == 2 * memory.tape);
static_assert(Training<Threads<2>>::memory().gradients == 4 * memory.gradients);
static_assert(Training<Threads<2>>::memory().parameters == memory.parameters);

template <class Execution>
long allocations_of_steps() {
  const auto tokens = support::pattern(200, 5);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<Execution> trainer;
  const long before = support::allocations;
  for (int i = 0; i < 3; ++i) trainer.step(windows);
  return support::allocations - before;
}
}  // namespace

TEST_CASE("memory: a run takes one block from the heap, as large as memory() says") {
  const long bytes = support::allocated_bytes, calls = support::allocations;
  Training<> trainer;
  CHECK(support::allocated_bytes - bytes == Training<>::memory().total());
  CHECK(support::allocations - calls == 1);
}

TEST_CASE("memory: a step allocates nothing") {
  CHECK(allocations_of_steps<Serial>() == 0);
  CHECK(allocations_of_steps<Threads<2>>() == 0);
}

TEST_CASE("memory: a run in memory of the user takes nothing from the heap and stays within it") {
  constexpr Index total = Training<>::memory().total(), guard = 4096;
  alignas(64) static std::byte block[total + 2 * guard];
  std::fill(std::begin(block), std::end(block), std::byte{0x5a});
  const auto tokens = support::pattern(200, 5);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<> on_heap;
  const long calls = support::allocations;
  Training<> trainer(block + guard, total);
  for (int i = 0; i < 3; ++i) trainer.step(windows);
  CHECK(support::allocations == calls);
  trainer.evaluate(windows);
  const auto untouched = [](std::byte value) { return value == std::byte{0x5a}; };
  CHECK(std::all_of(block, block + guard, untouched));
  CHECK(std::all_of(block + guard + total, std::end(block), untouched));
  for (int i = 0; i < 3; ++i) on_heap.step(windows);
  CHECK(std::memcmp(&on_heap.model(), &trainer.model(), sizeof(Model)) == 0);
}

TEST_CASE("memory: too little, or badly aligned, is an error that says what is needed") {
  constexpr Index total = Training<>::memory().total();
  alignas(64) static std::byte block[total + 64];
  const std::string small = message_of([] { Training<>(block, total - 1); });
  CHECK(contains(small, std::to_string(total - 1)));
  CHECK(contains(small, std::to_string(total)));
  CHECK(contains(message_of([] { Training<>(block + 1, total); }), "aligned"));
}
