// SPDX-License-Identifier: MIT
#pragma once
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <transfix/core/storage.hpp>
#include <transfix/kernels/gemm.hpp>

#include "peak.hpp"

// The products of linear layers and tied heads, over the shapes that training the models A, B, C, E and F and decoding
// have: rows are those of all sequences that are worked on together (train/step.cpp).

namespace benchmarks {

using transfix::kernels::Product;

/// Our own products.
struct Transfix {
  static constexpr const char* name = "transfix";
  template <Product Size>
  static void multiply(const float* a, const float* b, float* c, bool accumulates, float* scratch) {
    transfix::kernels::multiply<float, Size>(a, b, c, accumulates, scratch);
  }
};

/// One product on one thread, as a share of the FMA peak.
template <class Library, Product Size, bool Accumulates>
void product(benchmark::State& state) {
  static const double peak = measured_peak(1);
  // Written to, as the system clears memory when it is met first, which takes longer than some products.
  const auto numbers = [](Index count) {
    transfix::Storage storage((count + 64) * Index{sizeof(float)});
    std::fill_n(reinterpret_cast<float*>(storage.data()), count + 64, 0.0f);
    return storage;
  };
  const auto a = numbers(Size.rows * Size.depth), b = numbers(Size.depth * Size.columns);
  const auto c = numbers(Size.rows * Size.c_row), scratch = numbers(transfix::kernels::product_scratch<float, Size>);
  const auto at = [](const auto& storage) { return reinterpret_cast<float*>(storage.data()); };
  for (auto _ : state) {
    Library::template multiply<Size>(at(a), at(b), at(c), Accumulates, at(scratch));
    benchmark::ClobberMemory();
  }
  const double operations = 2.0 * Size.rows * Size.columns * Size.depth * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsRate);
  state.counters["share_of_peak"] = benchmark::Counter(operations / peak, benchmark::Counter::kIsRate);
}

/// Registers one form of a product for each library.
template <Product Size, bool Accumulates, class... Libraries>
void add_product(const std::string& name) {
  (benchmark::RegisterBenchmark((name + "/" + Libraries::name).c_str(), product<Libraries, Size, Accumulates>)
       ->Unit(benchmark::kMicrosecond),
   ...);
}

/// x: [Rows, In], weight: [In, Out].
template <Index Rows, Index In, Index Out, class... Libraries>
void add_linear(const std::string& name) {
  add_product<Product{Rows, Out, In, In, 1, Out, 1, Out}, false, Libraries...>(name + "/forward");
  add_product<Product{Rows, In, Out, Out, 1, 1, Out, In}, false, Libraries...>(name + "/input_gradient");
  add_product<Product{In, Out, Rows, 1, In, Out, 1, Out}, true, Libraries...>(name + "/weight_gradient");
}

/// x: [Rows, In], weight: the embedding [Out, In], transposed.
template <Index Rows, Index In, Index Out, class... Libraries>
void add_tied_head(const std::string& name) {
  add_product<Product{Rows, Out, In, In, 1, 1, In, Out}, false, Libraries...>(name + "/forward");
  add_product<Product{Rows, In, Out, Out, 1, In, 1, In}, false, Libraries...>(name + "/input_gradient");
  add_product<Product{Out, In, Rows, 1, Out, In, 1, In}, true, Libraries...>(name + "/weight_gradient");
}

template <class... Libraries>
void add_products() {
  add_linear<192, 128, 384, Libraries...>("A/192x128x384");
  add_linear<192, 128, 128, Libraries...>("A/192x128x128");
  add_linear<192, 128, 512, Libraries...>("A/192x128x512");
  add_linear<192, 512, 128, Libraries...>("A/192x512x128");
  add_tied_head<192, 128, 65, Libraries...>("A/192x128x65");
  add_linear<512, 384, 1536, Libraries...>("B/512x384x1536");
  add_linear<512, 1536, 384, Libraries...>("B/512x1536x384");
  add_linear<256, 768, 3072, Libraries...>("C/256x768x3072");
  add_linear<256, 3072, 768, Libraries...>("C/256x3072x768");
  add_tied_head<256, 768, 50257, Libraries...>("C/256x768x50257");
  add_linear<64, 128, 512, Libraries...>("E/64x128x512");
  add_linear<64, 512, 128, Libraries...>("E/64x512x128");
  add_linear<256, 256, 1024, Libraries...>("F/256x256x1024");
  add_linear<256, 1024, 256, Libraries...>("F/256x1024x256");
  add_tied_head<256, 256, 8000, Libraries...>("F/256x256x8000");
  // Decoding has no gradients, and reads each weight once.
  add_product<Product{1, 3072, 768, 768, 1, 3072, 1, 3072}, false, Libraries...>("decoding/1x768x3072/forward");
  add_product<Product{1, 50257, 768, 768, 1, 1, 768, 50257}, false, Libraries...>("decoding/1x768x50257/forward");
}

}  // namespace benchmarks
