// SPDX-License-Identifier: MIT
// expect: no optimizer of this model
// expect: OptimizerOf
// expect: Momentum
// expect: update(
#include <transfix/transfix.hpp>

using namespace transfix;

using Model = models::Gpt<models::GptConfig{.vocabulary = 5, .context = 4, .width = 8, .heads = 2, .layers = 1}>;

struct Momentum {
  static constexpr Index moments = 1;
  float learning_rate = 0.1f;

#ifdef TRANSFIX_CORRECT
  using State = float* const*;
#else
  using State = double* const*;
#endif
  void update(optim::Update, float* numbers, const float* gradients, State state, Index count) const {
    for (Index i = 0; i < count; ++i) {
      state[0][i] = 0.9f * static_cast<float>(state[0][i]) + gradients[i];
      numbers[i] -= learning_rate * static_cast<float>(state[0][i]);
    }
  }
};

Trainer<Model, loss::CrossEntropy, Momentum> trainer;
