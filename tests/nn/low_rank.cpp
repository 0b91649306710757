// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/models/llama.hpp>
#include <transfix/nn/low_rank.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/testing.hpp>
#include <transfix/train/trainer.hpp>

#include "../train/silent.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
constexpr models::GptConfig config{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 2};
using Plain = models::Gpt<config>;
using Adapted = models::Gpt<config, LowRank<2>>;
template <class Model>
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW>;

// Each linear map of a block has (In + Out) * Rank trained numbers: 16 -> 48, 16 -> 16, 16 -> 64, 64 -> 16.
static_assert(trained_count<Adapted> == 2 * 2 * (64 + 32 + 80 + 80));
static_assert(parameter_count<Adapted> - trained_count<Adapted> == parameter_count<Plain>);
static_assert(frozen_bytes<Plain> == 0 && trained_count<Plain> == parameter_count<Plain>);
// The gradients and moments of a frozen tensor take no room: with so small a model its pointer and gap is all.
static_assert(Training<Adapted>::memory().gradients < Training<Plain>::memory().gradients);

std::vector<float> all_numbers(const auto& model, bool trained) {
  std::vector<float> all;
  for_each_parameter(model, [&](const Path&, const auto& parameter) {
    const auto values = numbers(parameter);
    if (std::remove_cvref_t<decltype(parameter)>::trained == trained)
      all.insert(all.end(), values.begin(), values.end());
  });
  return all;
}

struct File {
  std::filesystem::path path;
  explicit File(const char* name) : path(std::filesystem::temp_directory_path() / name) {}
  ~File() { std::filesystem::remove(path); }
};
}  // namespace

TEST_CASE("low rank: gradients of the adapter and of the input") {
  CHECK(gradient_error(nn::Linear<5, 7, LowRank<3, double>>{}, Shape<4, 5>{}) < 1e-6);
  CHECK(gradient_error(nn::Linear<5, 7, LowRank<3, double>, false>{}, Shape<4, 5>{}) < 1e-6);
}

TEST_CASE("frozen: a layer passes the gradient of its input on") {
  CHECK(gradient_error(nn::Linear<5, 7, Frozen<double>>{}, Shape<4, 5>{}) < 1e-6);
  CHECK(gradient_error(nn::LayerNorm<6, Frozen<double>>{}, Shape<4, 6>{}) < 1e-6);
}

TEST_CASE("low rank: fine-tuning starts from the pretrained model, changes adapters only, and merges into it") {
  const auto text = support::pattern(200, 5);
  const auto windows = data::next_token_windows<config.context>(text);
  Training<Plain> pretraining({.learning_rate = 3e-3f}, {.steps = 20, .batch = 4, .seed = 5});
  for (int step = 0; step < 20; ++step) pretraining.step(windows);
  const File pretrained("transfix_low_rank_pretrained.safetensors"), adapter("transfix_low_rank_adapter.safetensors"),
      merged("transfix_low_rank_merged.safetensors");
  io::save(pretraining.model(), pretrained.path);

  Training<Adapted> tuning({.learning_rate = 1e-2f}, {.steps = 40, .batch = 4, .seed = 6});
  io::load(tuning.model(), pretrained.path, io::Parts::frozen);
  const double before = pretraining.evaluate(windows);
  CHECK(tuning.evaluate(windows) == doctest::Approx(before).epsilon(1e-6));

  const auto other = support::pattern(200, 7);
  const auto other_windows = data::next_token_windows<config.context>(other);
  const double untuned = tuning.evaluate(other_windows);
  const auto frozen = all_numbers(tuning.model(), false);
  for (int step = 0; step < 40; ++step) tuning.step(other_windows);
  const double tuned = tuning.evaluate(other_windows);
  CHECK(tuned < 0.85 * untuned);
  CHECK(all_numbers(tuning.model(), false) == frozen);

  // The adapter alone, in a file of its own, on top of the pretrained file.
  io::save(tuning.model(), adapter.path, {}, io::Parts::trained);
  Training<Adapted> again;
  io::load(again.model(), pretrained.path, io::Parts::frozen);
  io::load(again.model(), adapter.path, io::Parts::trained);
  CHECK(again.evaluate(other_windows) == tuned);

  merge_adapters(tuning.model());
  CHECK(tuning.evaluate(other_windows) == doctest::Approx(tuned).epsilon(1e-4));
  io::save(tuning.model(), merged.path, {}, io::Parts::frozen);
  Training<Plain> whole;
  io::load(whole.model(), merged.path);
  CHECK(whole.evaluate(other_windows) == doctest::Approx(tuned).epsilon(1e-4));
}

TEST_CASE("low rank: a Llama is adapted in the same way") {
  constexpr models::LlamaConfig small{
      .vocabulary = 8, .context = 12, .width = 16, .hidden = 24, .heads = 4, .key_heads = 2, .layers = 1};
  const auto text = support::pattern(200, 5);
  const auto windows = data::next_token_windows<small.context>(text);
  Training<models::Llama<small, LowRank<4>>> training({.learning_rate = 1e-2f}, {.steps = 60, .batch = 4});
  const double before = training.evaluate(windows);
  for (int step = 0; step < 60; ++step) training.step(windows);
  CHECK(training.evaluate(windows) < 0.8 * before);
}
