// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/expression/operation.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
/// y(t, c) = sin or cos of (first + t) 10000^(-2 floor(c / 2) / Width), sine in even columns.
template <class ScalarOfWaves, Index Length, Index Width>
struct Sinusoid {
  using Output = Tensor<ScalarOfWaves, Shape<Length, Width>>;
  struct Saved {};
  Index first = 0;

  // From place to place a wave turns by its speed: two products instead of a sine.
  void forward(Out<Output> y, Saved&) const {
    for (Index column = 0; column < Width; column += 2) {
      const double speed = math::pow(10000.0, -static_cast<double>(column) / static_cast<double>(Width));
      const double angle = static_cast<double>(first) * speed;
      const double turn_sine = math::sin(speed), turn_cosine = math::cos(speed);
      double sine = math::sin(angle), cosine = math::cos(angle);
      for (Index row = 0; row < Length; ++row) {
        y[row][column] = static_cast<ScalarOfWaves>(sine);
        if (column + 1 < Width) y[row][column + 1] = static_cast<ScalarOfWaves>(cosine);
        const double next = sine * turn_cosine + cosine * turn_sine;
        cosine = cosine * turn_cosine - sine * turn_sine;
        sine = next;
      }
    }
  }
};
}  // namespace rules

/// x plus the fixed waves that tell places apart (Vaswani et al. 2017); row t of a matrix stands at place first + t.
template <Operand X>
constexpr auto add_sinusoid(X&& x, Index first = 0) {
  return let(std::forward<X>(x), [first](auto name) {
    using Named = decltype(name);
    return let(operation_with(
                   rules::Sinusoid<typename Named::Scalar, Named::Shape::matrix_rows, Named::Shape::columns>{first}),
               [name](auto waves) { return name + waves; });
  });
}

}  // namespace transfix::inline TRANSFIX_ABI
