// SPDX-License-Identifier: MIT
// expect: elementwise operation: both operands must have one shape, or one of them a single row
// expect: shapes_agree
// expect: Shape<64, 128>
// expect: Shape<32, 128>
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
using Other = Shape<64, 128>;
#else
using Other = Shape<32, 128>;
#endif

auto sum(const float* x, const float* y) {
  return store(gelu(constant<Shape<64, 128>>(x) + constant<Other>(y)) * 2.0f);
}
