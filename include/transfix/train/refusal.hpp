// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/train/concepts.hpp>
#include <transfix/train/execution.hpp>
#include <transfix/train/settings.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// Fails to compile with the first thing that is wrong.
template <class Model, class Loss, class Optimizer, class Schedule, class Execution>
constexpr bool explain_refusal() {
  if constexpr (!TrainableModel<Model>) {
    static_assert(
        TrainableModel<Model>,
        "Trainer: this is no model: it needs Scalar, Input and Target, and a call operator, model(input), that "
        "makes an expression");
  } else if constexpr (!LossOf<Loss, Model>) {
    static_assert(LossOf<Loss, Model>,
                  "Trainer: this is no loss of this model: it needs loss(model(input), target) and weight(target)");
  } else if constexpr (!OptimizerOf<Optimizer, typename Model::Scalar>) {
    static_assert(OptimizerOf<Optimizer, typename Model::Scalar>,
                  "Trainer: this is no optimizer of this model: it needs learning_rate, moments, and update(update, "
                  "parameters, gradients, moments, count) for numbers of the model's Scalar");
  } else if constexpr (!LearningRateSchedule<Schedule>) {
    static_assert(LearningRateSchedule<Schedule>, "Trainer: this is no schedule: it needs factor(step, steps)");
  } else {
    static_assert(ExecutionOfSteps<Execution>,
                  "Trainer: this is no execution of steps: use Serial, Threads or Executor, or what has their members");
  }
  return true;
}

/// Stands for the trainer of what cannot be trained, so that the reason is the only error.
template <class Model, class Loss, class Optimizer, class Schedule, class Execution>
class RefusedTrainer {
  static_assert(explain_refusal<Model, Loss, Optimizer, Schedule, Execution>());

 public:
  explicit RefusedTrainer(const auto&...) {}
  Model& model();
  TrainingProgress fit(auto&&...);
  double step(const auto&);
  double evaluate(const auto&);
};
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI
