// SPDX-License-Identifier: MIT
// expect: memory().total() <
#include <transfix/transfix.hpp>

using namespace transfix;

using Model = models::Gpt<models::GptConfig{.vocabulary = 65, .context = 64, .width = 32, .heads = 4, .layers = 4}>;
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW>;

#ifdef TRANSFIX_CORRECT
static_assert(Training::memory().total() < 4_MiB);
#else
static_assert(Training::memory().total() < 1_KiB);
#endif
