// SPDX-License-Identifier: MIT
// expect: an elementwise rule of one operand needs `derivative(x)` or `derivative_from_output(y)`
// expect: Cube
#include <transfix/transfix.hpp>

using namespace transfix;

struct Cube {
  static auto value(auto x) { return x * x * x; }
#ifdef TRANSFIX_CORRECT
  template <class V>
  static V derivative(V x) {
    return V(3) * x * x;
  }
#endif
};

auto cubes(const float* x) { return elementwise<Cube>(constant<Shape<8, 16>>(x)); }
