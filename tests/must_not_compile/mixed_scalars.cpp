// SPDX-License-Identifier: MIT
// expect: a model's parameters must all be of the model's Scalar
// expect: all_numbers_are
// expect: float
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
using Other = float;
#else
using Other = double;
#endif

struct Model {
  using Scalar = float;
  using Input = Tokens<8>;
  using Target = Tokens<8>;

  nn::Embedding<10, 16> embedding;
  nn::Linear<16, 10> head;
  Parameter<Shape<4>, Other> rest;

  auto operator()(Input tokens) const { return head(embedding(tokens)); }
};

void make() { Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer; }
