// SPDX-License-Identifier: MIT
// Writing token by token with a key-value cache, one sequence on one thread: tokens a second, and the memory that is
// read for a token at the rate it is read with.
#include <benchmark/benchmark.h>

#include <memory>
#include <transfix/core/storage.hpp>
#include <transfix/expression/quantized.hpp>
#include <transfix/generate/generator.hpp>
#include <transfix/nn/initialize.hpp>

#include "../models.hpp"

namespace {

using namespace benchmarks;

template <class Plain, class Model = Plain>
void decode(benchmark::State& state) {
  const Storage storage(Index{sizeof(Model)});
  auto& model = *reinterpret_cast<Model*>(storage.data());
  {
    const Storage plain_storage(Index{sizeof(Plain)});
    auto& plain = *reinterpret_cast<Plain*>(plain_storage.data());
    Random random(1);
    initialize(plain, random);
    quantize(plain, model);  // a copy where nothing is quantized
  }
  const auto generator = std::make_unique<Generator<Model>>(model);
  Token token = 1;
  for (auto _ : state) {
    // The mean over a whole context.
    generator->restart();
    for (Index i = 0; i < Model::context; ++i)
      benchmark::DoNotOptimize(token = generator->step(token, {.temperature = 0}));
  }
  const double tokens = static_cast<double>(state.iterations() * Model::context);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
  state.counters["GB/s"] = benchmark::Counter(tokens * sizeof(Model) * 1e-9, benchmark::Counter::kIsRate);
}

BENCHMARK(decode<A>)->Name("decode/A")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<B>)->Name("decode/B")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<C>)->Name("decode/C")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<B, models::Gpt<config_b, Quantized<8>>>)->Name("decode/B/8_bits")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<C, models::Gpt<config_c, Quantized<8>>>)->Name("decode/C/8_bits")->Unit(benchmark::kMillisecond);
BENCHMARK(decode<C, models::Gpt<config_c, Quantized<4>>>)->Name("decode/C/4_bits")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
