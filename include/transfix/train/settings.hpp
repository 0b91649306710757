// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/core/error.hpp>
#include <transfix/core/math.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// What a run of training is told besides its optimizer's settings.
struct TrainingSettings {
  Index steps = 1000;          ///< updates of the parameters, each from examples drawn at random
  Index epochs = 0;            ///< or, instead: how often to go through all examples, each time in a new order
  Index batch = 12;            ///< examples a step; memory does not grow with it
  std::uint64_t seed = 1337;   ///< decides first numbers, order of the data and dropout
  double clip_norm = 1;        ///< gradients with a larger norm are scaled down to it; 0: never
  float dropout = 0.1f;        ///< rate, where the model has dropout
  Index evaluate_every = 250;  ///< steps between evaluations; one more follows the last step; 0: none before

  void check() const {
    if (batch < 1) fail("TrainingSettings: .batch = ", batch, " must be at least 1");
    if (epochs < 0) fail("TrainingSettings: .epochs = ", epochs, " must not be negative");
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
  Index examples = 0;         ///< of the data that it trains on
  bool ends = false;          ///< whether the last step was the last of this run, as planned or asked for
  Index tokens = 0;           ///< trained on so far
  double loss = 0;            ///< mean of the last batch
  double gradient_norm = 0;   ///< before clipping
  double learning_rate = 0;
  double validation_loss = math::not_a_number;  ///< the last one; not a number before the first
  double metric = math::not_a_number;           ///< the last one, where the validation data has a measure(model)

  double best_score = math::not_a_number;  ///< of all evaluations of the run
  Index evaluations_since_best = 0;

  /// How good the model was at the last evaluation, the more the better: the metric, or minus the loss.
  double score() const { return math::isnan(metric) ? -validation_loss : metric; }

  /// Compares the last evaluation with those before it.
  void note_score() {
    const bool better = math::isnan(best_score) || score() > best_score;
    evaluations_since_best = better ? 0 : evaluations_since_best + 1;
    if (better) best_score = score();
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
