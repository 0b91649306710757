// SPDX-License-Identifier: MIT
// Trains D in a program of its own, as small as a user's may be, and prints what its process holds. train_step holds
// Google Benchmark and eight models as well.
#include <cstdio>
#include <transfix/data/windows.hpp>
#include <transfix/transfix.hpp>
#include <vector>

#include "../memory.hpp"
#include "../models.hpp"

int main() {
  using namespace benchmarks;
  using Training = Trainer<D, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<1>>;
  std::vector<Token> tokens(10'000);
  Random random(1);
  for (Token& token : tokens) token = static_cast<Token>(random.below(D::vocabulary));
  const auto windows = data::next_token_windows<D::context>(tokens);
  Training trainer{{}, {.steps = 1'000, .batch = 8}};
  while (trainer.progress().step < 1'000) trainer.step(windows);
  std::printf("loss %.3f, %.2f MiB for training, %.2f MiB for the process\n", trainer.progress().loss,
              static_cast<double>(Training::memory().total()) / (1024 * 1024), peak_resident_mebibytes());
}
