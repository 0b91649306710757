// SPDX-License-Identifier: MIT
// As many numbers, but not the same extents.
// expect: elementwise operation: both operands must have one shape, or one of them a single row
// expect: shapes_agree
// expect: Shape<2, 3, 4>
// expect: Shape<6, 4>
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
using Other = Shape<3, 4>;
#else
using Other = Shape<6, 4>;
#endif

auto sum(const float* x, const float* y) { return store(constant<Shape<2, 3, 4>>(x) + constant<Other>(y)); }
