// SPDX-License-Identifier: MIT
// expect: the members of a layer are Parameters and other layers
// expect: for several
// expect: Stack
#include <transfix/nn/linear.hpp>
#include <transfix/nn/repeat.hpp>

using namespace transfix;

struct Stack {
#ifdef TRANSFIX_CORRECT
  nn::Repeat<nn::Linear<4, 4>, 3> layers;
#else
  nn::Linear<4, 4> layers[3];
#endif
};
struct Model {
  Stack stack;
};

constexpr Index count = parameter_count<Model>;
