// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/simd/scalar.hpp>

using namespace transfix;

// The arithmetic of a single lane is known at compile time.
TEST_CASE_TEMPLATE("scalar: a vector of one lane computes as its scalar does", Scalar, float, double) {
  using One = simd::One<Scalar>;
  constexpr One a(3), b(-2), c(0.5);
  static_assert(One::size == 1);
  static_assert((a + b).value == 1 && (a - b).value == 5 && (a * b).value == -6 && (a / b).value == Scalar(-1.5));
  static_assert((-a).value == -3 && abs(b).value == 2 && fma(a, b, c).value == Scalar(-5.5));
  static_assert(max(a, b).value == 3 && min(a, b).value == -2);
  static_assert(select(a > b, a, b).value == 3 && select(a < b, a, b).value == -2);
  static_assert(a >= a && a <= a && a == a && !(a < a) && !(a > a));
  Scalar number = 4;
  One sum = One::load_unaligned(&number);
  sum += a;
  sum *= b;
  sum.store_unaligned(&number);
  CHECK(number == -14);
  CHECK(sqrt(One(9)).value == 3);
  CHECK(erf(One(0)).value == 0);
}
