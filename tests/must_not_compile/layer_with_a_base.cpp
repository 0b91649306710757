// SPDX-License-Identifier: MIT
// expect: a layer has no base class: make it the first member
// expect: Scaled
#include <transfix/nn/linear.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
struct Scaled {
  nn::Linear<4, 4> linear;
#else
struct Scaled : nn::Linear<4, 4> {
#endif
  Parameter<Shape<4>> scale;
};
struct Model {
  Scaled map;
};

constexpr Index count = parameter_count<Model>;
