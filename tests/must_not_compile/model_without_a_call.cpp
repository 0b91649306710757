// SPDX-License-Identifier: MIT
// expect: a call operator, model(input), that makes an expression
// expect: TrainableModel
// expect: model(input)
#include <transfix/transfix.hpp>

using namespace transfix;

struct Model {
  using Scalar = float;
  using Input = Tokens<8>;
  using Target = Tokens<8>;

  nn::Embedding<10, 16> embedding;
  nn::Linear<16, 10> head;

#ifdef TRANSFIX_CORRECT
  auto operator()(Input tokens) const { return head(embedding(tokens)); }
#else
  auto forward(Input tokens) const { return head(embedding(tokens)); }
#endif
};

Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer;
