// SPDX-License-Identifier: MIT
// The three products of linear layers and tied heads: forward, input gradient, weight gradient.
// benchmarks/peers/programs/gemm.cpp has the same ones side by side with other libraries.
#include "../products.hpp"

int main(int argument_count, char** arguments) {
  benchmarks::add_products<benchmarks::Transfix>();
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
