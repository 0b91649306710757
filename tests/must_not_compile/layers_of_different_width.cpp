// SPDX-License-Identifier: MIT
// expect: matmul(a, b): the columns of a must be the rows of b
// expect: inner_extents_agree
// expect: Shape<8, 32>
// expect: Shape<64, 4>
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
constexpr Index hidden = 32;
#else
constexpr Index hidden = 64;
#endif

struct Classifier {
  nn::Linear<16, 32> first;
  nn::Linear<hidden, 4> second;
  auto operator()(auto x) const { return second(gelu(first(std::move(x)))); }
};

auto logits(const Classifier& classifier, const float* x) { return classifier(constant<Shape<8, 16>>(x)); }
