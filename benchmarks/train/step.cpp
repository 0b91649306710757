// SPDX-License-Identifier: MIT
// One training step of a GPT, as a share of the FMA peak that this program measures at its start.
// Operations are counted as 6 x parameters x tokens plus 12 x layers x width x context x tokens for attention.
#include <benchmark/benchmark.h>

#include <transfix/core/tokens.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/transfix.hpp>

#include "../peak.hpp"

namespace {

using namespace transfix;

using Nano = models::Gpt<models::GptConfig{
    .vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4, .bias = false}>;

template <class Model, Index Count, Index Batch>
void training_step(benchmark::State& state) {
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<Count>>;
  static const double peak = benchmarks::measured_peak(static_cast<int>(Count));
  std::vector<Token> text(100'000);
  Random random(1);
  for (Token& token : text) token = static_cast<Token>(random.below(Model::vocabulary));
  const auto windows = data::next_token_windows<Model::context>(text);
  Training trainer{{}, {.steps = 1'000'000, .batch = Batch}};
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(windows));

  constexpr double tokens = static_cast<double>(Batch * Model::context);
  constexpr double operations =
      (6.0 * parameter_count<Model> + 12.0 * Model::layers * Model::width * Model::context) * tokens;
  using benchmark::Counter;
  const auto steps = static_cast<double>(state.iterations());
  state.counters["tokens/s"] = Counter(tokens * steps, Counter::kIsRate);
  state.counters["GFLOP/s"] = Counter(operations * steps * 1e-9, Counter::kIsRate);
  state.counters["share_of_peak"] = Counter(operations * steps / peak, Counter::kIsRate);
  state.counters["peak_GFLOP/s"] = peak * 1e-9;
  state.counters["MiB"] = static_cast<double>(Training::memory().total()) / (1024 * 1024);
}

BENCHMARK(training_step<Nano, 1, 12>)->Name("nano/1_thread")->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(training_step<Nano, 2, 12>)->Name("nano/2_threads")->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
