// SPDX-License-Identifier: MIT
// A training program that ends before its first step: what its process costs (benchmarks/start times it).
#include <transfix/transfix.hpp>

#include "../models.hpp"

int main() {
  using namespace benchmarks;
  Trainer<A, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<2>> trainer{{}, {.steps = 0}};
  return trainer.progress().step == 0 ? 0 : 1;
}
