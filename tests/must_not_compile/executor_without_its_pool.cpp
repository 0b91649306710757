// SPDX-License-Identifier: MIT
// expect: this parallel_for has a state: give it to the trainer
#include <transfix/train/executor.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;
using Model = models::Gpt<models::GptConfig{.vocabulary = 65, .context = 64, .width = 32, .heads = 4, .layers = 4}>;

struct InPool {
  void* pool;
  void operator()(Index count, const auto& function) const {
    for (Index number = 0; number < count; ++number) function(number);
  }
};

#ifdef TRANSFIX_CORRECT
Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Executor<InPool, 4>> trainer({}, {}, {}, {},
                                                                                                  InPool{nullptr});
#else
Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Executor<InPool, 4>> trainer({}, {});
#endif
