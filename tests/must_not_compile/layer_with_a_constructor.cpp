// SPDX-License-Identifier: MIT
// expect: plain structs without constructors
#include <transfix/nn/linear.hpp>

using namespace transfix;

struct Matrix {
  Parameter<Shape<4, 4>> weight;
#ifndef TRANSFIX_CORRECT
  Matrix() {}
#endif
};
struct Model {
  Matrix map;
};

constexpr Index count = parameter_count<Model>;
