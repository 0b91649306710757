// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <chrono>
#include <thread>
#include <transfix/simd/batch.hpp>
#include <vector>

namespace benchmarks {

using transfix::Index;

/// Multiply-adds in registers only, as many side by side as hide the latency of each: floating-point operations
/// a second of one thread.
inline double measured_peak_of_one_thread() {
  using Vector = transfix::simd::Batch<float>;
  constexpr int chains = transfix::simd::registers == 16 ? 12 : 16, rounds = 200'000;  // and two operands
  Vector sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = Vector(static_cast<float>(i));
  const Vector a(1.0001f), b(1e-4f);
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < chains; ++i) sums[i] = transfix::simd::multiply_add(sums[i], a, b);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  float total = 0;
  for (const Vector& sum : sums) total += transfix::simd::sum_of_lanes(sum);
  volatile float used = total;
  static_cast<void>(used);
  return 2.0 * chains * rounds * static_cast<double>(Vector::size) / seconds;
}

/// The best of several runs of `threads` threads at a time, summed over the threads.
inline double measured_peak(int threads) {
  double best = 0;
  for (int run = 0; run < 100; ++run) {
    std::vector<double> rates(static_cast<std::size_t>(threads));
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) {
      others.emplace_back([&rate = rates[static_cast<std::size_t>(i)]] { rate = measured_peak_of_one_thread(); });
    }
    rates[0] = measured_peak_of_one_thread();
    double sum = 0;
    for (auto& other : others) other.join();
    for (const double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

}  // namespace benchmarks
