// SPDX-License-Identifier: MIT
// The three products of linear layers and tied heads, over the shapes of benchmarks/train/step.cpp: forward, input
// gradient, weight gradient.
#include <benchmark/benchmark.h>

#include <string>
#include <transfix/core/storage.hpp>
#include <transfix/kernels/gemm.hpp>

#include "../peak.hpp"

namespace {

using namespace transfix;

template <kernels::Product Size, bool Accumulates>
void product(benchmark::State& state) {
  static const double peak = benchmarks::measured_peak(1);
  const auto numbers = [](Index count) { return Storage((count + 64) * Index{sizeof(float)}); };
  const Storage a = numbers(Size.rows * Size.depth), b = numbers(Size.depth * Size.columns);
  const Storage c = numbers(Size.rows * Size.c_row), scratch = numbers(kernels::product_scratch<float, Size>);
  const auto at = [](const Storage& storage) { return reinterpret_cast<float*>(storage.data()); };
  for (auto _ : state) {
    kernels::multiply<float, Size>(at(a), at(b), at(c), Accumulates, at(scratch));
    benchmark::ClobberMemory();
  }
  const double operations = 2.0 * Size.rows * Size.columns * Size.depth * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(operations / peak, benchmark::Counter::kIsRate);
}

void add(std::string name, const char* form, auto function) {
  benchmark::RegisterBenchmark((name + form).c_str(), function);
}

/// x: [Rows, In], weight: [In, Out].
template <Index Rows, Index In, Index Out>
void linear(const char* name) {
  add(name, "/forward", product<kernels::Product{Rows, Out, In, In, 1, Out, 1, Out}, false>);
  add(name, "/input_gradient", product<kernels::Product{Rows, In, Out, Out, 1, 1, Out, In}, false>);
  add(name, "/weight_gradient", product<kernels::Product{In, Out, Rows, 1, In, Out, 1, Out}, true>);
}

/// x: [Rows, In], weight: the embedding [Out, In], transposed.
template <Index Rows, Index In, Index Out>
void tied_head(const char* name) {
  add(name, "/forward", product<kernels::Product{Rows, Out, In, In, 1, 1, In, Out}, false>);
  add(name, "/input_gradient", product<kernels::Product{Rows, In, Out, Out, 1, In, 1, In}, false>);
  add(name, "/weight_gradient", product<kernels::Product{Out, In, Rows, 1, Out, In, 1, In}, true>);
}

}  // namespace

int main(int argument_count, char** arguments) {
  linear<64, 128, 384>("A/64x128x384");
  linear<64, 128, 128>("A/64x128x128");
  linear<64, 128, 512>("A/64x128x512");
  linear<64, 512, 128>("A/64x512x128");
  tied_head<64, 128, 65>("A/64x128x65");
  linear<256, 384, 1536>("B/256x384x1536");
  linear<256, 1536, 384>("B/256x1536x384");
  linear<64, 768, 3072>("C/64x768x3072");
  linear<64, 3072, 768>("C/64x3072x768");
  tied_head<64, 768, 50257>("C/64x768x50257");
  linear<32, 256, 1024>("F/32x256x1024");
  linear<32, 1024, 256>("F/32x1024x256");
  tied_head<32, 256, 8000>("F/32x256x8000");
  linear<1, 768, 3072>("decoding/1x768x3072");
  tied_head<1, 768, 50257>("decoding/1x768x50257");
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
