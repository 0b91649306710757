// SPDX-License-Identifier: MIT
// What optimizers do with each number of a model, as a stretch that fits into the caches and as one that does not:
// numbers a second, and the memory that is read and written for them.
#include <transfix/optim/adamw.hpp>
#include <transfix/optim/lion.hpp>
#include <transfix/optim/sgd.hpp>

#include "../pass.hpp"

namespace {

using namespace benchmarks;

template <class Optimizer, Index Count>
void update(benchmark::State& state) {
  using All = Shape<Count>;
  const Numbers<All> parameters, gradients, first, second;
  for (Index i = 0; i < Count; ++i) second.values()[i] *= second.values()[i];  // mean squares
  float* const moments[] = {first.values(), second.values()};
  const Optimizer optimizer{};
  for (auto _ : state) {
    optimizer.update(optim::Update{.step = 10, .rate = 1e-6}, parameters.values(), gradients.values(), moments, Count);
    benchmark::ClobberMemory();
  }
  const double numbers = static_cast<double>(Count * state.iterations());
  // Gradients are read, parameters and moments are read and written.
  const double bytes = numbers * sizeof(float) * static_cast<double>(1 + 2 * (1 + Optimizer::moments));
  state.counters["numbers/s"] = benchmark::Counter(numbers, benchmark::Counter::kIsRate);
  state.counters["GB/s"] = benchmark::Counter(bytes * 1e-9, benchmark::Counter::kIsRate);
}

template <class Optimizer>
void add(const std::string& name) {
  benchmark::RegisterBenchmark((name + "/16384").c_str(), update<Optimizer, 16'384>)->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark((name + "/16777216").c_str(), update<Optimizer, 16'777'216>)
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace

int main(int count, char** arguments) {
  add<optim::AdamW>("adamw");
  add<optim::Lion>("lion");
  add<optim::Sgd>("sgd");
  return run_all(count, arguments);
}
