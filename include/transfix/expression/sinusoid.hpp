// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cmath>
#include <transfix/expression/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// x(t, c) + sin or cos of (first + t) 10000^(-2 floor(c / 2) / width), sine in even columns.
struct AddSinusoid {
  Index width = 1, first = 0;
  template <class Vector>
  Vector value(Vector x, const Position<Vector>& at) const {
    using Scalar = simd::ScalarOf<Vector>;
    std::array<Scalar, Vector::size> waves;
    for (std::size_t lane = 0; lane < Vector::size; ++lane) {
      const Index column = at.first_column + static_cast<Index>(lane);
      const double speed = std::pow(10000.0, -static_cast<double>(column / 2 * 2) / static_cast<double>(width));
      const double angle = static_cast<double>(first + at.row) * speed;
      waves[lane] = static_cast<Scalar>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
    return x + simd::load<Vector>(waves.data());
  }
  template <class Vector>
  static Vector derivative(Vector, const Position<Vector>&) {
    return Vector(1);
  }
};
}  // namespace rules

/// x plus the fixed waves that tell places apart (Vaswani et al. 2017); row t stands at place first + t.
template <Operand X>
constexpr auto add_sinusoid(X&& x, Index first = 0) {
  constexpr Index width = ExpressionOf<X>::Shape::columns;
  return elementwise<rules::AddSinusoid>(std::forward<X>(x), rules::AddSinusoid{width, first});
}

}  // namespace transfix::inline TRANSFIX_ABI
