// SPDX-License-Identifier: MIT
// One training step of eight models, as a share of the FMA peak that this program measures at its start. Memory is
// the process's: run one benchmark alone (--benchmark_filter) to see its own.
#include <benchmark/benchmark.h>

#include <string>
#include <transfix/transfix.hpp>

#include "../memory.hpp"
#include "../peak.hpp"
#include "../work.hpp"

namespace {

using namespace benchmarks;

/// Random examples of what a model reads.
template <class Model>
struct Examples {
  struct Example {
    typename Model::Input input;
    typename Model::Target target;
  };
  std::vector<Token> tokens = std::vector<Token>(100'000), classes = tokens;

  Examples() {
    Random random(1);
    for (Token& token : tokens) token = static_cast<Token>(random.below(Model::vocabulary));
    for (Token& label : classes) label = static_cast<Token>(random.below(4));
  }
  static constexpr Index size() { return 90'000; }
  Example example(Index number) const {
    const Token* const start = tokens.data() + number;
    if constexpr (std::is_same_v<Model, E>) {
      return {{{start}}, {classes.data() + number}};
    } else if constexpr (std::is_same_v<Model, F>) {
      return {{{start}, {start + 32}}, {start + 33}};
    } else {
      return {{start}, {start + 1}};
    }
  }
};

/// How a model is trained fastest on `Count` threads: how many sequences are worked on together, and how many sums of
/// gradients there are.
template <class Model, Index Count>
struct Fastest {
  using Execution = Threads<Count>;
};
template <Index Count>
struct Fastest<A, Count> {
  using Execution = Threads<Count, Count, 3>;
};
template <Index Count>
struct Fastest<ADropout, Count> : Fastest<A, Count> {};
template <Index Count>
struct Fastest<B, Count> {
  using Execution = Threads<Count, Count, Count>;
};
template <Index Count>
struct Fastest<C, Count> {
  using Execution = Threads<Count, Count, 4 / Count>;
};
template <Index Count>
struct Fastest<D, Count> {
  using Execution = Threads<Count, Count, 4>;
};
template <Index Count>
struct Fastest<E, Count> {
  using Execution = Threads<Count, Count, 2>;
};
template <Index Count>
struct Fastest<F, Count> {
  using Execution = Threads<Count, Count, 8>;
};

template <class Model, Index Count, Index Batch>
void training_step(benchmark::State& state) {
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine,
                           typename Fastest<Model, Count>::Execution>;
  static const double peak = benchmarks::measured_peak(static_cast<int>(Count));
  static const Examples<Model> examples;
  Training trainer{{}, {.steps = 1'000'000, .batch = Batch}};
  trainer.step(examples);  // touches the memory
  for (auto _ : state) benchmark::DoNotOptimize(trainer.step(examples));
  constexpr Work work = work_of_an_example<Model>();
  const double examples_done = static_cast<double>(state.iterations() * Batch);
  using benchmark::Counter;
  state.counters["tokens/s"] = Counter(work.tokens * examples_done, Counter::kIsRate);
  state.counters["GFLOP/s"] = Counter(work.operations * examples_done * 1e-9, Counter::kIsRate);
  state.counters["share_of_peak"] = Counter(work.operations * examples_done / peak, Counter::kIsRate);
  state.counters["peak_GFLOP/s"] = peak * 1e-9;
  state.counters["MiB"] = static_cast<double>(Training::memory().total()) / (1024 * 1024);
  state.counters["tape_KiB"] = static_cast<double>(Training::memory().tape) / 1024;
  state.counters["resident_MiB"] = benchmarks::peak_resident_mebibytes();
}

template <class Model, Index Batch>
void add(const char* name) {
  const auto one = std::string(name) + "/1_thread", two = std::string(name) + "/2_threads";
  benchmark::RegisterBenchmark(one.c_str(), training_step<Model, 1, Batch>)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(two.c_str(), training_step<Model, 2, Batch>)
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int count, char** arguments) {
  add<A, 12>("step/A");
  add<ADropout, 12>("step/A_dropout");
  add<B, 8>("step/B");
  add<C, 4>("step/C");
  add<D, 8>("step/D");
  add<E, 32>("step/E");
  add<F, 32>("step/F");
  add<L, 12>("step/L");
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
