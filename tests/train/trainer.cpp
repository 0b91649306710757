// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/train/trainer.hpp>

#include "../support.hpp"
#include "silent.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
constexpr models::GptConfig config{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 1};
using Model = models::Gpt<config>;
using InDouble = models::Gpt<config, double>;
template <class M, class Optimizer, class Schedule = schedule::Constant>
using Training = Trainer<M, loss::CrossEntropy, Optimizer, Schedule>;

// No momentum and a learning rate of 1: a step subtracts the gradient.
constexpr optim::Sgd plain{.learning_rate = 1, .momentum = 0};

std::vector<Token> random_tokens(Index length, std::uint64_t seed) {
  Random random(seed);
  std::vector<Token> tokens;
  for (Index i = 0; i < length; ++i) tokens.push_back(static_cast<Token>(random.below(8)));
  return tokens;
}

/// What the first step subtracts from a model, parameter by parameter.
template <class T>
std::vector<double> change_of(T& trainer, const auto& data) {
  const auto numbers = [&] {
    std::vector<double> all;
    for_each_parameter(trainer.model(), [&](const Path&, const auto& parameter) {
      all.insert(all.end(), std::begin(parameter.data), std::end(parameter.data));
    });
    return all;
  };
  auto before = numbers();
  trainer.step(data);
  const auto after = numbers();
  for (std::size_t i = 0; i < before.size(); ++i) before[i] -= after[i];
  return before;
}

double norm(const std::vector<double>& numbers) {
  double square = 0;
  for (const double number : numbers) square += number * number;
  return std::sqrt(square);
}

/// Windows of a text, with a note of which were asked for.
struct Noted {
  using Windows = data::NextTokenWindows<12>;
  Windows windows;
  std::vector<Index>& asked;
  Index size() const { return windows.size(); }
  Windows::Example example(Index number) const {
    asked.push_back(number);
    return windows.example(number);
  }
};
}  // namespace

TEST_CASE("trainer: learns a sequence that repeats") {
  const auto tokens = support::pattern(200, 5);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<Model, optim::AdamW, schedule::WarmupCosine> trainer{{.learning_rate = 1e-2f},
                                                                {.steps = 200, .batch = 4, .evaluate_every = 50}};
  support::Silent reporter;
  const double before = trainer.evaluate(windows);
  CHECK(before == doctest::Approx(std::log(8.0)).epsilon(0.05));
  const TrainingProgress progress = trainer.fit(windows, windows, reporter);
  CHECK(progress.validation_loss < 0.05);
  CHECK(progress.loss < 0.05);
  CHECK(progress.step == 200);
  CHECK(progress.steps == 200);
  CHECK(progress.tokens == 200 * 4 * 12);
  CHECK(reporter.started_count == 1);
  CHECK(reporter.stepped_count == 200);
  CHECK(reporter.finished_count == 1);
  CHECK(reporter.evaluated_at == std::vector<Index>{50, 100, 150, 200});
}

TEST_CASE("trainer: equal seeds give equal bits, other seeds other models") {
  const auto tokens = random_tokens(300, 1);
  const auto windows = data::next_token_windows<12>(tokens);
  const auto trained = [&](std::uint64_t seed) {
    auto trainer =
        std::make_unique<Training<Model, optim::AdamW>>(optim::AdamW{}, TrainingSettings{.steps = 5, .seed = seed});
    for (int i = 0; i < 5; ++i) trainer->step(windows);
    return trainer;
  };
  const auto first = trained(1), again = trained(1), other = trained(2);
  CHECK(std::memcmp(&first->model(), &again->model(), sizeof(Model)) == 0);
  CHECK(std::memcmp(&first->model(), &other->model(), sizeof(Model)) != 0);
  CHECK(first->progress().loss == again->progress().loss);
}

TEST_CASE("trainer: a step takes the mean gradient over its sequences, drawn anew") {
  const auto tokens = random_tokens(300, 2);
  std::vector<Index> asked;
  const Noted noted{data::next_token_windows<12>(tokens), asked};
  Training<InDouble, optim::Sgd> trainer(plain, {.steps = 2, .batch = 4, .clip_norm = 0});
  const auto change = change_of(trainer, noted);
  const double loss = trainer.progress().loss;
  std::sort(asked.begin(), asked.end());
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  REQUIRE(asked.size() == 4);  // four different sequences, with this seed

  std::vector<double> mean(change.size());
  double mean_loss = 0;
  for (const Index number : std::vector<Index>(asked)) {
    const std::vector<Token> only(tokens.begin() + number, tokens.begin() + number + 13);
    Training<InDouble, optim::Sgd> single(plain, {.steps = 1, .batch = 1, .clip_norm = 0});
    const auto part = change_of(single, data::next_token_windows<12>(only));
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += part[i] / 4;
    mean_loss += single.progress().loss / 4;
  }
  CHECK(norm(change) > 0.01);
  CHECK(support::largest_difference(change.data(), mean) < 1e-14);
  CHECK(loss == doctest::Approx(mean_loss).epsilon(1e-12));
}

TEST_CASE("trainer: an order of the data set says which examples a step takes") {
  struct Ordered : Noted {
    static auto order() {  // one place further in each epoch
      return [](Index epoch, Index position) { return (epoch + position) % 10; };
    }
  };
  const auto tokens = random_tokens(22, 2);
  std::vector<Index> asked;
  const Ordered data{{data::next_token_windows<12>(tokens), asked}};
  REQUIRE(data.size() == 10);
  for (const Index epochs : {0, 2}) {
    Training<Model, optim::Sgd> trainer(plain, {.steps = 4, .epochs = epochs, .batch = 5});
    for (const auto& expected : {std::vector<Index>{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}, {1, 2, 3, 4, 5}}) {
      asked.clear();
      trainer.step(data);
      std::sort(asked.begin(), asked.end());
      asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
      CHECK(asked == expected);
    }
  }
}

TEST_CASE("trainer: a step forgets the gradients of the step before") {
  const auto tokens = random_tokens(13, 2);  // a single window
  const auto windows = data::next_token_windows<12>(tokens);
  auto slow = plain;
  slow.learning_rate = 1e-6f;
  Training<InDouble, optim::Sgd> trainer(slow, {.steps = 2, .batch = 1, .clip_norm = 0});
  const auto first = change_of(trainer, windows);
  CHECK(norm(change_of(trainer, windows)) == doctest::Approx(norm(first)).epsilon(1e-3).scale(0));
}

TEST_CASE("trainer: the gradient's norm is clipped, and reported as it was") {
  const auto tokens = random_tokens(300, 3);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<InDouble, optim::Sgd> free(plain, {.steps = 1, .clip_norm = 0});
  Training<InDouble, optim::Sgd> clipped(plain, {.steps = 1, .clip_norm = 0.01});
  Training<InDouble, optim::Sgd> wide(plain, {.steps = 1, .clip_norm = 1e6});
  const auto unclipped = change_of(free, windows);
  const double before = norm(unclipped);
  CHECK(before > 0.05);
  CHECK(norm(change_of(clipped, windows)) == doctest::Approx(0.01).epsilon(1e-9));
  CHECK(clipped.progress().gradient_norm == doctest::Approx(before).epsilon(1e-9));
  CHECK(support::largest_difference(change_of(wide, windows).data(), unclipped) < 1e-15);
}

TEST_CASE("trainer: weight decay belongs to matrices, not to biases and norms") {
  const auto tokens = random_tokens(300, 4);
  const auto windows = data::next_token_windows<12>(tokens);
  auto decaying = plain;
  decaying.weight_decay = 0.25f;
  Training<InDouble, optim::Sgd> with(decaying, {.steps = 1, .clip_norm = 0}),
      without(plain, {.steps = 1, .clip_norm = 0});
  const auto initial = std::make_unique<InDouble>(with.model());
  with.step(windows);
  without.step(windows);
  const auto* const start = reinterpret_cast<const double*>(initial.get());
  const auto* const first = reinterpret_cast<const double*>(&with.model());
  const auto* const second = reinterpret_cast<const double*>(&without.model());
  int matrices = 0, vectors = 0;
  for_each_parameter(with.model(), [&]<class Shape>(const Path&, Parameter<Shape, double>& parameter) {
    const Index offset = parameter.data - first;
    for (Index i = offset; i < offset + Shape::size; ++i) {
      const double expected = Shape::rank >= 2 ? -0.25 * start[i] : 0;
      REQUIRE(std::abs(first[i] - second[i] - expected) < 1e-12);
    }
    ++(Shape::rank >= 2 ? matrices : vectors);
  });
  CHECK(matrices == 2 + 4);
  CHECK(vectors == 4 + 2 + 4);
}

TEST_CASE("trainer: the schedule decides the learning rate of a step") {
  const auto tokens = random_tokens(300, 5);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<Model, optim::AdamW, schedule::WarmupLinear> trainer{{.learning_rate = 0.01f}, {.steps = 20}, {.warmup = 1}};
  for (Index step = 0; step < 20; ++step) {
    trainer.step(windows);
    CHECK(trainer.progress().learning_rate ==
          doctest::Approx(0.01 * schedule::WarmupLinear{.warmup = 1}.factor(step, 20)).epsilon(1e-6));
  }
}

TEST_CASE("trainer: evaluate is the exact mean over each target once") {
  const auto tokens = random_tokens(100, 6);  // 99 targets: 8 windows and a rest of 3
  const auto windows = data::next_token_windows<12>(tokens);
  Training<InDouble, optim::Sgd> trainer;
  Random random(1);
  initialize(trainer.model(), random, {.deviation = 0.5});
  // The plain mean, from logits, over the same windows.
  double sum = 0;
  const auto each = windows.each_once();
  Index count = 0;
  for (Index number = 0; number < each.size(); ++number) {
    const auto example = each.example(number);
    const auto make = [&] { return std::as_const(trainer.model())(example.input); };
    using Logits = decltype(store(make()));
    Storage tape(Index{sizeof(Logits::Tape)}), workspace(Logits::forward_bytes);
    Context context;
    context.workspace = workspace.data();
    auto& on_tape = *reinterpret_cast<Logits::Tape*>(tape.data());
    const auto logits = store(make());
    logits.forward(on_tape, context);
    for (Index row = 0; row < 12; ++row) {
      if (example.target[row] < 0) continue;
      double exponentials = 0;
      const double* of_row = logits.value(on_tape) + row * 8;
      for (Index token = 0; token < 8; ++token) exponentials += std::exp(of_row[token]);
      sum += std::log(exponentials) - of_row[example.target[row]];
      ++count;
    }
  }
  CHECK(count == 99);
  CHECK(trainer.evaluate(windows) == doctest::Approx(sum / 99).epsilon(1e-12));
  CHECK(trainer.progress().validation_loss == doctest::Approx(sum / 99).epsilon(1e-12));
}

TEST_CASE("trainer: evaluation changes nothing, and dropout is for training only") {
  using Drops = models::Gpt<models::GptConfig{
      .vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 1, .dropout = true}>;
  const auto tokens = random_tokens(300, 7);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<Drops, optim::Sgd> trainer({}, {.dropout = 0.5f}), other({}, {.dropout = 0});
  const auto before = std::make_unique<Drops>(trainer.model());
  CHECK(trainer.evaluate(windows) == other.evaluate(windows));
  CHECK(std::memcmp(before.get(), &trainer.model(), sizeof(Drops)) == 0);
  CHECK(trainer.step(windows) != other.step(windows));
}

TEST_CASE("trainer: tokens beyond the vocabulary are an error that names both numbers") {
  auto tokens = support::pattern(100, 5);
  tokens[50] = 8;
  const auto windows = data::next_token_windows<12>(tokens);
  const auto good = support::pattern(100, 5);
  const auto fitting = data::next_token_windows<12>(good);
  Training<Model, optim::AdamW> trainer({}, {.steps = 1});
  for (const std::string& message :
       {message_of([&] { trainer.fit(windows, windows, support::Silent()); }),
        message_of([&] { trainer.fit(fitting, windows, support::Silent()); }),
        message_of([&] { trainer.step(windows); }), message_of([&] { trainer.evaluate(windows); })}) {
    CHECK(contains(message, "token 8"));
    CHECK(contains(message, ".vocabulary = 8"));
    CHECK(contains(message, ".vocabulary = 9"));
  }
  CHECK(trainer.progress().step == 0);
}

TEST_CASE("trainer: a loss that is not a number ends the run, and the model keeps its numbers") {
  const auto tokens = random_tokens(100, 8);
  const auto windows = data::next_token_windows<12>(tokens);
  Training<Model, optim::AdamW> trainer;
  trainer.model().norm.scale.data[3] = std::numeric_limits<float>::quiet_NaN();
  const auto before = std::make_unique<Model>(trainer.model());
  CHECK(contains(message_of([&] { trainer.step(windows); }), "not a finite number at step 0"));
  CHECK(std::memcmp(before.get(), &trainer.model(), sizeof(Model)) == 0);
  // With the model mended, the failed step has left nothing behind.
  trainer.model().norm.scale.data[3] = 1;
  Training<Model, optim::AdamW> fresh;
  CHECK(trainer.step(windows) == fresh.step(windows));
  CHECK(std::memcmp(&fresh.model(), &trainer.model(), sizeof(Model)) == 0);
}

TEST_CASE("trainer: settings that make no sense are errors") {
  using T = Training<Model, optim::AdamW>;
  CHECK(contains(message_of([] { T({}, {.batch = 0}); }), ".batch = 0"));
  CHECK(contains(message_of([] { T({}, {.steps = -1}); }), ".steps = -1"));
}

TEST_CASE("trainer: rates that make no sense are errors") {
  using T = Training<Model, optim::AdamW>;
  for (const float rate : {-0.1f, 1.0f, std::numeric_limits<float>::quiet_NaN()}) {
    CHECK(contains(message_of([&] { T({}, {.dropout = rate}); }), ".dropout"));
  }
  CHECK(contains(message_of([] { T({}, {.clip_norm = -1}); }), ".clip_norm"));
  CHECK(contains(message_of([] { T({.learning_rate = -1}); }), ".learning_rate"));
}

namespace {
/// Sequences whose targets are all left out, but for one.
struct MostlyUnlabelled {
  using Example = data::Example<Tokens<12>, Tokens<12>>;
  std::vector<Token> tokens = support::pattern(12, 5), nothing = std::vector<Token>(12, -1);
  Index count = 1, labelled = -1;
  Index size() const { return count; }
  Example example(Index number) const {
    return {{tokens.data()}, {number == labelled ? tokens.data() : nothing.data()}};
  }
};
}  // namespace

TEST_CASE("trainer: an empty data set is an error; a batch without targets teaches nothing and does no harm") {
  Training<Model, optim::AdamW> trainer;
  CHECK(contains(message_of([&] { trainer.step(MostlyUnlabelled{.count = 0}); }), "data set is empty"));
  const auto before = std::make_unique<Model>(trainer.model());
  trainer.step(MostlyUnlabelled{});
  CHECK(trainer.progress().step == 1);
  CHECK(std::memcmp(before.get(), &trainer.model(), sizeof(Model)) == 0);
  CHECK(contains(message_of([&] { trainer.evaluate(MostlyUnlabelled{}); }), "no target that counts"));
  // A data set without each_once() is evaluated as it is.
  CHECK(trainer.evaluate(MostlyUnlabelled{.count = 3, .labelled = 2}) > 1);
}
