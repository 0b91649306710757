// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <transfix/simd/math.hpp>
#include <vector>

#include "../support.hpp"

using namespace transfix;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();

float exponential_of(float x) { return simd::largest_lane(simd::exponential(simd::Batch<float>(x))); }
}  // namespace

TEST_CASE("math: exp in float is right to 1.5 units in the last place") {
  using Vector = simd::Batch<float>;
  constexpr Index width = simd::lanes<float>, count = 1'000'000 / width * width;
  double worst = 0;
  float y[width];
  for (Index i = 0; i < count; i += width) {
    const auto at = [](Index n) {
      return -87.3f + (88.3f + 87.3f) * static_cast<float>(n) / static_cast<float>(count);
    };
    float x[width];
    for (Index lane = 0; lane < width; ++lane) x[lane] = at(i + lane);
    simd::store(simd::exponential(simd::load<Vector>(x)), y);
    for (Index lane = 0; lane < width; ++lane) {
      const double expected = std::exp(double{x[lane]});
      const auto rounded = static_cast<float>(expected);
      const double unit = double{std::nextafter(rounded, infinity)} - double{rounded};
      worst = std::max(worst, std::abs(double{y[lane]} - expected) / unit);
    }
  }
  CHECK(worst <= 1.5);
}

TEST_CASE("math: exp of the ends of the range") {
  CHECK(exponential_of(0) == 1);
  CHECK(exponential_of(-infinity) == 0);
  CHECK(exponential_of(-1000) == 0);
  CHECK(exponential_of(88) == doctest::Approx(std::exp(88.0)));
  CHECK(exponential_of(1000) > 1e38f);
  CHECK(std::isnan(exponential_of(NAN)));
  CHECK(std::isnan(simd::largest_lane(simd::exponential(simd::Batch<double>(NAN)))));
  CHECK(simd::largest_lane(simd::exponential(simd::Batch<double>(-INFINITY))) == 0);
  CHECK(simd::exponential(simd::One<float>(-infinity)).value == 0);
  CHECK(simd::exponential(simd::One<double>(-INFINITY)).value == 0);
}

namespace {
template <class Vector>
Vector normal_below(Vector x) {
  return simd::normal_below(x, [&] { return simd::exponential(Vector(-0.5) * x * x); });
}
}  // namespace

TEST_CASE("math: the normal distribution in float is right to 2.5e-7, and to 6e-6 of what is small") {
  double worst = 0, worst_of_small = 0;
  for (int i = -13'200; i <= 13'200; ++i) {
    const float x = static_cast<float>(i) * 1e-3f;
    const double y = static_cast<double>(simd::largest_lane(normal_below(simd::Batch<float>(x))));
    const double expected = 0.5 * std::erfc(-static_cast<double>(x) / std::sqrt(2.0));
    worst = std::max(worst, std::abs(y - expected));
    if (i < 0) worst_of_small = std::max(worst_of_small, std::abs(y / expected - 1));
  }
  CHECK(worst <= 2.5e-7);
  CHECK(worst_of_small <= (simd::lanes<float> > 1 ? 6e-6 : 2e-5));
  CHECK(simd::largest_lane(normal_below(simd::Batch<float>(-infinity))) == 0);
  CHECK(simd::largest_lane(normal_below(simd::Batch<float>(infinity))) == 1);
  CHECK(std::isnan(simd::largest_lane(normal_below(simd::Batch<float>(NAN)))));
}

TEST_CASE_TEMPLATE("math: single lanes and vectors agree", Scalar, float, double) {
  using Vector = simd::Batch<Scalar>;
  using One = simd::One<Scalar>;
  constexpr double bound = 64 * double{std::numeric_limits<Scalar>::epsilon()};
  const auto check = [](auto function) {
    constexpr Index width = simd::lanes<Scalar>;
    Scalar x[width], y[width];
    double worst = 0;
    for (Index i = 0; i < 2000; ++i) {
      for (Index lane = 0; lane < width; ++lane) x[lane] = static_cast<Scalar>(i * width + lane) / (1000 * width) - 1;
      for (Scalar& number : x) number = 8 * number;
      simd::store(function(simd::load<Vector>(x)), y);
      for (Index lane = 0; lane < width; ++lane) {
        const double single = static_cast<double>(function(One(x[lane])).value);
        const double difference = std::abs(static_cast<double>(y[lane]) - single);
        worst = std::max(worst, difference / std::max(1e-3, std::abs(single)));
      }
    }
    return worst;
  };
  CHECK(check([](auto v) { return simd::exponential(v); }) < bound);
  CHECK(check([](auto v) { return simd::logistic(v); }) < bound);
  CHECK(check([](auto v) { return normal_below(v); }) < std::max(bound, 1e-11));  // as exact as erfc in double
  CHECK(check([](auto v) { return tanh(v); }) < bound);
  CHECK(check([](auto v) { return erf(v); }) < bound);
  CHECK(check([](auto v) { return sin(v); }) < bound);
  CHECK(check([](auto v) { return cos(v); }) < bound);
  CHECK(check([](auto v) { return sqrt(abs(v)); }) < bound);
  CHECK(check([](auto v) { return log(abs(v) + decltype(v)(1)); }) < bound);
  CHECK(check([](auto v) { return log1p(abs(v)); }) < bound);
  CHECK(check([](auto v) { return max(v, decltype(v)(1)) - min(v, decltype(v)(2)); }) == 0);
  CHECK(check([](auto v) { return select(v < decltype(v)(1), -v, v); }) == 0);
  CHECK(check([](auto v) { return fma(v, v, abs(v)); }) < bound);
}

TEST_CASE_TEMPLATE("math: the logistic function saturates without NaN", Scalar, float, double) {
  for (const Scalar x : {Scalar(-1e4), Scalar(-90), Scalar(0), Scalar(90), Scalar(1e4)}) {
    const Scalar y = simd::largest_lane(simd::logistic(simd::Batch<Scalar>(x)));
    CHECK(static_cast<double>(y) == doctest::Approx(1 / (1 + std::exp(-static_cast<double>(x)))));
  }
}
