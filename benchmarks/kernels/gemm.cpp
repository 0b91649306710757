// SPDX-License-Identifier: MIT
// The three products of a linear layer over the shapes of a small GPT: forward, input gradient, weight gradient.
#include <benchmark/benchmark.h>

#include <transfix/core/storage.hpp>
#include <transfix/kernels/gemm.hpp>

#include "../peak.hpp"

namespace {

using namespace transfix;

template <kernels::Product Size>
void product(benchmark::State& state) {
  static const double peak = benchmarks::measured_peak(1);
  const auto numbers = [](Index count) { return Storage((count + 64) * Index{sizeof(float)}); };
  const Storage a = numbers(Size.rows * Size.depth), b = numbers(Size.depth * Size.columns);
  const Storage c = numbers(Size.rows * Size.c_row), scratch = numbers(kernels::product_scratch<float, Size>);
  const auto at = [](const Storage& storage) { return reinterpret_cast<float*>(storage.data()); };
  for (auto _ : state) {
    kernels::multiply<float, Size>(at(a), at(b), at(c), false, at(scratch));
    benchmark::ClobberMemory();
  }
  const double operations = 2.0 * Size.rows * Size.columns * Size.depth * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(operations / peak, benchmark::Counter::kIsRate);
}

/// x: [Rows, In], weight: [In, Out].
template <Index Rows, Index In, Index Out>
void linear(const char* name) {
  const auto add = [name](const char* form, auto function) {
    benchmark::RegisterBenchmark((std::string(name) + form).c_str(), function);
  };
  add("/forward", product<kernels::Product{Rows, Out, In, In, 1, Out, 1, Out}>);
  add("/input_gradient", product<kernels::Product{Rows, In, Out, Out, 1, 1, Out, In}>);
  add("/weight_gradient", product<kernels::Product{In, Out, Rows, 1, In, Out, 1, Out}>);
}

}  // namespace

int main(int argument_count, char** arguments) {
  linear<64, 128, 384>("64x128x384");
  linear<64, 128, 128>("64x128x128");
  linear<64, 128, 512>("64x128x512");
  linear<64, 512, 128>("64x512x128");
  linear<64, 128, 65>("64x128x65");
  benchmark::Initialize(&argument_count, arguments);
  benchmark::RunSpecifiedBenchmarks();
}
