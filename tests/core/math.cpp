// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <transfix/core/math.hpp>

using namespace transfix;

TEST_CASE("math: the functions are those of the standard library, to the bit, in float and in double") {
  for (const double x : {0.0, 0.1, 0.25, 0.7, 1.0, 1.9, 3.5}) {
    const auto y = static_cast<float>(x);
    CHECK(math::abs(-x) == std::abs(-x));
    CHECK(math::abs(-y) == std::abs(-y));
    CHECK(math::sqrt(x) == std::sqrt(x));
    CHECK(math::sqrt(y) == std::sqrt(y));
    CHECK(math::exp(x) == std::exp(x));
    CHECK(math::exp(y) == std::exp(y));
    CHECK(math::exp2(x) == std::exp2(x));
    CHECK(math::expm1(x) == std::expm1(x));
    CHECK(math::log(x) == std::log(x));
    CHECK(math::log(y) == std::log(y));
    CHECK(math::log1p(x) == std::log1p(x));
    CHECK(math::log1p(y) == std::log1p(y));
    CHECK(math::pow(x, -1.5) == std::pow(x, -1.5));
    CHECK(math::sin(x) == std::sin(x));
    CHECK(math::sin(y) == std::sin(y));
    CHECK(math::cos(x) == std::cos(x));
    CHECK(math::cos(y) == std::cos(y));
    CHECK(math::tanh(x) == std::tanh(x));
    CHECK(math::tanh(y) == std::tanh(y));
    CHECK(math::erf(x) == std::erf(x));
    CHECK(math::erf(y) == std::erf(y));
    CHECK(math::erfc(x) == std::erfc(x));
    CHECK(math::erfc(y) == std::erfc(y));
    CHECK(math::lround(-x) == std::lround(-x));
    CHECK(math::llround(1e10 * x) == std::llround(1e10 * x));
    CHECK(math::isfinite(x));
    CHECK(!math::isfinite(1 / (x - x)));
    CHECK(!math::isnan(x));
  }
  CHECK(math::isnan(math::not_a_number));
  CHECK(!math::isfinite(math::not_a_number));
}
