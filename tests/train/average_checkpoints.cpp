// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/average_checkpoints.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/train/trainer.hpp>

#include "silent.hpp"

using namespace transfix;
using support::contains;
using support::message_of;
using support::Silent;
namespace fs = std::filesystem;

namespace {
constexpr models::GptConfig config{.vocabulary = 8, .context = 8, .width = 8, .heads = 2, .layers = 1};
using Model = models::Gpt<config>;
const auto text = support::pattern(100, 7);
const auto windows = data::next_token_windows<config.context>(text);
constexpr TrainingSettings settings{.steps = 10, .batch = 2, .evaluate_every = 0};
template <class Optimizer>
using Training = Trainer<Model, loss::CrossEntropy, Optimizer>;

struct Folder {
  fs::path path = fs::temp_directory_path() / "transfix_average_test";
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path operator/(const char* name) const { return path / name; }
};

std::vector<double> numbers_of(const Model& model) {
  std::vector<double> found;
  for_each_parameter(model, [&](const Path&, const auto& parameter) {
    for (const auto number : numbers(parameter)) found.push_back(static_cast<double>(number));
  });
  return found;
}

/// Remembers the model after every step.
struct Remember {
  std::vector<std::vector<double>>& models;
  void stepped(const auto& trainer) { models.push_back(numbers_of(trainer.model())); }
};

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}
}  // namespace

TEST_CASE("average of checkpoints: the mean of each number, of saved models and of checkpoints of a run") {
  const Folder folder;
  Training<optim::Sgd> trainer({}, settings);
  std::vector<double> mean(std::size_t{parameter_count<Model>});
  const auto add = [&](double share) {
    const auto numbers = numbers_of(trainer.model());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += share * numbers[i];
  };
  add(1.0 / 3);
  io::save(trainer.model(), folder / "first");
  trainer.step(windows);
  add(2.0 / 3);
  save_checkpoint(trainer, folder / "second");
  const fs::path paths[] = {folder / "first", folder / "second", folder / "second"};
  const auto model = std::make_unique<Model>();
  average_checkpoints(*model, paths);
  CHECK(difference(numbers_of(*model), mean) < 1e-7);
}

TEST_CASE("average of checkpoints: what cannot be averaged is an error, and the model is as it was") {
  const Folder folder;
  Training<optim::Sgd> trainer({}, settings);
  io::save(trainer.model(), folder / "model");
  const auto other = std::make_unique<nn::Linear<2, 3>>();
  io::save(*other, folder / "other");
  trainer.step(windows);
  const auto before = numbers_of(trainer.model());
  const auto message = [&](std::vector<fs::path> paths) {
    return message_of([&] { average_checkpoints(trainer.model(), paths); });
  };
  CHECK(contains(message({}), "no checkpoints"));
  CHECK(contains(message({folder / "model", folder / "missing"}), "missing"));
  CHECK(contains(message({folder / "model", folder / "other"}), "does not fit the model"));
  CHECK(numbers_of(trainer.model()) == before);
}

TEST_CASE_TEMPLATE("average of checkpoints: a run ends with the mean of its last models and leaves their files alone",
                   Optimizer, optim::Sgd, optim::Averaged<optim::Sgd>) {
  const Folder folder;
  Training<Optimizer> trainer({}, settings);
  std::vector<std::vector<double>> models;
  trainer.fit(windows, windows, Silent(), Remember{models}, AverageLast{folder / "models", 3, 2});
  // Of the models after steps 3, 6 and 9 the last two.
  auto mean = models[5];
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = (mean[i] + models[8][i]) / 2;
  CHECK(difference(numbers_of(trainer.model()), mean) < 1e-7);
  CHECK(difference(numbers_of(trainer.result()), mean) < 1e-7);
  CHECK(difference(models[5], models[8]) > 1e-4);
  CHECK(std::distance(fs::directory_iterator(folder / "models"), {}) == 2);

  Training<Optimizer> short_run({}, {.steps = 2, .batch = 2});
  models.clear();
  short_run.fit(windows, windows, Silent(), Remember{models}, AverageLast{folder / "others", 3, 2});
  CHECK(numbers_of(short_run.model()) == models.back());
  CHECK(contains(message_of([&] { short_run.fit(windows, windows, AverageLast{folder / "others", 0}); }), ".every"));
}
