// SPDX-License-Identifier: MIT
// expect: HeadsDivideWidth
// expect: heads must divide width
// expect: 130
// expect: 4
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
constexpr Index width = 132;
#else
constexpr Index width = 130;
#endif

models::Gpt<models::GptConfig{.vocabulary = 65, .context = 64, .width = width, .heads = 4, .layers = 4}> model;
