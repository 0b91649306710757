// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/members.hpp>
#include <transfix/core/random.hpp>
#include <transfix/expression/expression.hpp>
#include <transfix/optim/update.hpp>

// What a Trainer asks of its parts; a struct of one's own with these members works as the ones here do.

namespace transfix::inline TRANSFIX_ABI {

/// A model is a struct of layers and parameters with
///   using Scalar = float;               // what it computes in
///   using Input = Tokens<64>;           // what one example gives it
///   using Target = Tokens<64>;          // what the loss compares its result with
///   auto operator()(Input) const;       // an expression
template <class Model>
concept TrainableModel = requires {
  typename Model::Scalar;
  typename Model::Input;
  typename Model::Target;
}
&&requires(const Model& model, const typename Model::Input& input) {
  { model(input) } -> Expression;
};

/// A loss makes the root of an expression from a model's result and a target. The root has
///   evaluate(tape, context), train(tape, context, factor), Tape, workspace, differentiable
/// (see loss/cross_entropy.hpp), and the loss says by weight(target) how many parts of a target count.
template <class Loss, class Model>
concept LossOf = requires(const Loss& loss, const Model& model, const typename Model::Input& input,
                          const typename Model::Target& target) {
  typename decltype(loss(model(input), target))::Tape;
  { loss.weight(target) } -> std::convertible_to<double>;
};

/// An optimizer has a learning rate and updates any stretch of a model's numbers (see optim/update.hpp).
template <class Optimizer, class Scalar>
concept OptimizerOf = requires(const Optimizer& optimizer, Scalar* numbers, const Scalar* gradients,
                               Scalar* const* moments) {
  { Optimizer::moments } -> std::convertible_to<Index>;
  optimizer.update(optim::Update{}, numbers, gradients, moments, Index{});
  { optimizer.learning_rate } -> std::convertible_to<double>;
};

/// A schedule gives each step's share of the learning rate: factor(step, steps).
template <class Schedule>
concept LearningRateSchedule = requires(const Schedule& schedule) {
  { schedule.factor(Index{}, Index{}) } -> std::convertible_to<double>;
};

/// A data set has size() and example(number), a struct with `input` and `target`. It may have largest_token(),
/// which is checked against the model's vocabulary, and each_once(), the data set to evaluate instead of it.
template <class Data>
concept DataSet = requires(const Data& data) {
  { data.size() } -> std::convertible_to<Index>;
  data.example(Index{}).input;
  data.example(Index{}).target;
};

/// A data set that has example(number, random) too, which draws a changed example for training; evaluation uses
/// example(number). See data/augmented.hpp.
template <class Data>
concept AugmentedDataSet = DataSet<Data> && requires(const Data& data, Random& random) {
  data.example(Index{}, random).input;
};

/// A data set that has order() too, from which the training takes the number of the example at a place of an epoch
/// as order()(epoch, position): data::LengthOrder gives the examples of a batch similar lengths.
template <class Data>
concept OrderedDataSet = DataSet<Data> && requires(const Data& data) {
  { data.order()(Index{}, Index{}) } -> std::convertible_to<Index>;
};

}  // namespace transfix::inline TRANSFIX_ABI
