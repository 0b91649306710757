// SPDX-License-Identifier: MIT
// How the model of gestures is trained, on a board and elsewhere.
#pragma once
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/schedule/schedule.hpp>
#include <transfix/train/trainer.hpp>

#include "board.hpp"
#include "gestures.hpp"

namespace gestures {

using Training = transfix::Trainer<Model, transfix::loss::CrossEntropy, transfix::optim::AdamW,
                                   transfix::schedule::WarmupCosine, transfix::Serial>;
static_assert(Training::memory().total() < 224 * 1024);

inline constexpr transfix::optim::AdamW optimizer{.learning_rate = 4e-3f};
inline constexpr transfix::TrainingSettings settings{.steps = 300, .batch = 16};

/// All steps of a training, with a line for every 50 of them.
inline void train(Training& training, const Gestures& data) {
  double sum = 0;
  for (Index step = 1; step <= settings.steps; ++step) {
    sum += training.step(data);
    if (step % 50 == 0) {
      board::print("step ", step, ": loss ", static_cast<Index>(1000 * sum / 50), " thousandths");
      sum = 0;
    }
  }
}

}  // namespace gestures
