// SPDX-License-Identifier: MIT
// expect: an expression is used once: write let(expression, [](auto name) { ... }) to use it more often
#include <transfix/transfix.hpp>

using namespace transfix;

struct Residual {
  nn::Linear<16, 16> linear;
#ifdef TRANSFIX_CORRECT
  auto operator()(auto x) const {
    return let(std::move(x), [this](auto y) { return y + linear(y); });
  }
#else
  auto operator()(auto x) const { return x + linear(x); }
#endif
};

auto twice(const Residual& layer, const float* x) { return layer(gelu(constant<Shape<8, 16>>(x))); }
