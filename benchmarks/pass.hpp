// SPDX-License-Identifier: MIT
#pragma once
#include <benchmark/benchmark.h>

#include <string>
#include <transfix/core/storage.hpp>
#include <transfix/nn/initialize.hpp>
#include <transfix/testing.hpp>
#include <utility>

#include "peak.hpp"

namespace benchmarks {

using namespace transfix;

/// Random numbers and room for their gradients.
template <class Shape>
class Numbers {
 public:
  Numbers() {
    static std::uint64_t made = 0;  // so that no two tensors of a shape are equal
    Random random(++made);
    for (Index i = 0; i < Shape::size; ++i) values()[i] = static_cast<float>(random.normal());
  }
  auto named() const { return Name<float, Shape>(values(), reinterpret_cast<float*>(gradients_.data())); }
  float* values() const { return reinterpret_cast<float*>(values_.data()); }

 private:
  Storage values_{Shape::size * Index{sizeof(float)}}, gradients_{Shape::size * Index{sizeof(float)}};
};

/// Multiplications and additions of a forward pass, where products make up the work; 0: the numbers of the result are
/// counted instead.
struct Operations {
  double forward = 0;
};

/// y = function(x...), and the gradients of all x and of all parameters that the function has, on one thread.
template <class Function, bool Backward, class... Shapes>
void pass(benchmark::State& state, Operations operations) {
  const Storage storage(Index{sizeof(Function)}), gradients(Index{sizeof(Function)});
  const auto& function = *reinterpret_cast<const Function*>(storage.data());
  Context context;
  context.dropout = 0.1f;  // where a function has dropout
  if constexpr (!std::is_empty_v<Function>) {
    Random random(1);
    initialize(*reinterpret_cast<Function*>(storage.data()), random);
    context.gradient_offset = gradients.data() - storage.data();
  }
  const std::tuple<Numbers<Shapes>...> inputs;
  testing::Pass run([&] { return std::apply([&](const auto&... x) { return function(x.named()...); }, inputs); },
                    context);
  using Result = typename decltype(run)::E;
  const Numbers<Shape<Result::span>> weights;
  for (auto _ : state) {
    benchmark::DoNotOptimize(run.forward());
    if constexpr (Backward) run.backward(weights.values());
    benchmark::ClobberMemory();
  }
  const auto rounds = static_cast<double>(state.iterations());
  using benchmark::Counter;
  if (operations.forward > 0) {
    static const double peak = measured_peak(1);
    const double done = rounds * operations.forward * (Backward ? 3 : 1);
    state.counters["GFLOP/s"] = Counter(done * 1e-9, Counter::kIsRate);
    state.counters["share_of_peak"] = Counter(done / peak, Counter::kIsRate);
  } else {
    state.counters["numbers/s"] = Counter(rounds * static_cast<double>(Result::span), Counter::kIsRate);
  }
}

/// Registers NAME/forward and NAME/training, the latter with the gradients.
template <class Function, class... Shapes>
void add_pass(const std::string& name, Operations operations = {}) {
  benchmark::RegisterBenchmark((name + "/forward").c_str(), pass<Function, false, Shapes...>, operations)
      ->Unit(benchmark::kMicrosecond);
  benchmark::RegisterBenchmark((name + "/training").c_str(), pass<Function, true, Shapes...>, operations)
      ->Unit(benchmark::kMicrosecond);
}

/// What is left to do once benchmarks are registered.
inline int run_all(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace benchmarks
