// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/train/settings.hpp>
#include <utility>

// Observers of a run that end it early:  trainer.fit(data, validation, ProgressLine(), Patience{5}, WallTime{3600})

namespace transfix::inline TRANSFIX_ABI {

/// Ends a run whose score has not become better for so many evaluations: it has converged.
struct Patience {
  Index evaluations = 5;
  bool evaluated(const auto& trainer) const { return trainer.progress().evaluations_since_best >= evaluations; }
};

/// Ends a run that has reached a metric, such as an accuracy: the measure(model) of its validation data.
struct TargetMetric {
  double metric = 1;
  bool evaluated(const auto& trainer) const { return trainer.progress().metric >= metric; }
};

/// Ends a run that has reached a validation loss.
struct TargetLoss {
  double loss = 0;
  bool evaluated(const auto& trainer) const { return trainer.progress().validation_loss <= loss; }
};

/// Ends a run when function(progress) says so after a step.
template <class Function>
struct StopWhen {
  Function function;
  bool stepped(const auto& trainer) { return function(trainer.progress()); }
};
template <class Function>
StopWhen(Function) -> StopWhen<Function>;

}  // namespace transfix::inline TRANSFIX_ABI
