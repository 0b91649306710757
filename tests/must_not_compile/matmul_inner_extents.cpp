// SPDX-License-Identifier: MIT
// expect: matmul(a, b): the columns of a must be the rows of b
// expect: inner_extents_agree
// expect: Shape<64, 128>
// expect: Shape<256, 10>
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
constexpr Index inner = 128;
#else
constexpr Index inner = 256;
#endif

struct Head {
  Parameter<Shape<inner, 10>> weight;
  Parameter<Shape<10>> bias;
  auto operator()(auto x) const { return softmax(matmul(std::move(x), weight) + bias); }
};

auto logits(const Head& head, const float* x) { return head(constant<Shape<64, 128>>(x)); }
