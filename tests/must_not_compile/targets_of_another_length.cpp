// SPDX-License-Identifier: MIT
// expect: one target for each row of logits
// expect: OneTargetForEachRow
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
constexpr Index targets = 8;
#else
constexpr Index targets = 9;
#endif

auto loss_of(const float* x, const Token* tokens) {
  return loss::CrossEntropy{}(constant<Shape<8, 16>>(x), Tokens<targets>{tokens});
}
