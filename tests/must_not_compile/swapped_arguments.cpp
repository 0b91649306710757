// SPDX-License-Identifier: MIT
// expect: no loss of this model
// expect: LossOf
#include <transfix/transfix.hpp>

using namespace transfix;

using Model = models::Gpt<models::GptConfig{.vocabulary = 5, .context = 4, .width = 8, .heads = 2, .layers = 1}>;

#ifdef TRANSFIX_CORRECT
Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer;
#else
Trainer<Model, optim::AdamW, loss::CrossEntropy> trainer;
#endif
