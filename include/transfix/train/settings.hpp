// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstdint>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// What a run of training is told besides its optimizer's settings.
struct TrainingSettings {
  Index steps = 1000;          ///< updates of the parameters
  Index batch = 12;            ///< sequences a step; memory does not grow with it
  std::uint64_t seed = 1337;   ///< decides first numbers, order of the data and dropout
  double clip_norm = 1;        ///< gradients with a larger norm are scaled down to it; 0: never
  float dropout = 0.1f;        ///< rate, where the model has dropout
  Index evaluate_every = 250;  ///< steps between evaluations; one more follows the last step; 0: none before

  void check() const {
    if (batch < 1) fail("TrainingSettings: .batch = ", batch, " must be at least 1");
    if (steps < 0) fail("TrainingSettings: .steps = ", steps, " must not be negative");
    if (evaluate_every < 0) fail("TrainingSettings: .evaluate_every = ", evaluate_every, " must not be negative");
    if (!(dropout >= 0 && dropout < 1)) fail("TrainingSettings: .dropout must be 0 or more and below 1");
    if (!(clip_norm >= 0)) fail("TrainingSettings: .clip_norm must be 0 (never clip) or more");
  }
};

/// The memory of a run in bytes, known before it starts.
struct MemoryOfTraining {
  Index parameters, gradients, optimizer, tape, workspace;
  constexpr Index total() const { return parameters + gradients + optimizer + tape + workspace; }
};

/// Where a run stands.
struct TrainingProgress {
  Index step = 0, steps = 0;  ///< updates done, and in all
  Index tokens = 0;           ///< trained on so far
  double loss = 0;            ///< mean of the last batch
  double gradient_norm = 0;   ///< before clipping
  double learning_rate = 0;
  double validation_loss = NAN;  ///< the last one; NAN before the first
};

}  // namespace transfix::inline TRANSFIX_ABI
