// SPDX-License-Identifier: MIT
// expect: nothing in this model is trained: its result has no gradient
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
using Numbers = float;
#else
using Numbers = Frozen<float>;
#endif

using Model =
    models::Gpt<models::GptConfig{.vocabulary = 5, .context = 4, .width = 8, .heads = 2, .layers = 1}, Numbers>;

void make() { Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer; }
