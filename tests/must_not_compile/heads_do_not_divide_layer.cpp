// SPDX-License-Identifier: MIT
// expect: HeadsDivideWidth
// expect: the number of heads must divide the width
// expect: 130
// expect: 4
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
nn::SelfAttention<132, 4> layer;
#else
nn::SelfAttention<130, 4> layer;
#endif
