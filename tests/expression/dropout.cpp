// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/dropout.hpp>
#include <transfix/expression/matmul.hpp>

#include "values.hpp"

using namespace transfix;
using testing::gradient_error;

namespace {
using Ones = Shape<64, 999>;

Context context(float rate, std::uint64_t seed = 1, std::uint32_t step = 0, std::uint32_t sequence = 0,
                std::uint32_t stream = 0) {
  Context result;
  result.dropout = rate;
  result.seed = seed;
  result.step = step;
  result.sequence = sequence;
  result.random_stream = stream;
  return result;
}

std::vector<float> dropped(Context given) {
  static const std::vector<float> ones(Ones::size, 1.0f);
  return support::values([&] { return dropout(Name<float, Ones>(ones.data())); }, given);
}
}  // namespace

TEST_CASE("dropout: the share that is dropped is the rate, and the mean stays") {
  for (const float rate : {0.1f, 0.3f, 0.5f, 0.9f}) {
    const auto y = dropped(context(rate));
    const auto count = static_cast<double>(y.size());
    const double share = static_cast<double>(std::count(y.begin(), y.end(), 0.0f)) / count;
    CHECK(std::abs(share - double{rate}) < 5 * std::sqrt(double{rate} * (1 - double{rate}) / count));
    const float kept = *std::max_element(y.begin(), y.end());
    CHECK(double{kept} == doctest::Approx(1 / (1 - double{rate})).epsilon(1e-3));
    CHECK(std::all_of(y.begin(), y.end(), [kept](float number) { return number == 0 || number == kept; }));
  }
}

TEST_CASE("dropout: rate 0 changes nothing") {
  for (const float number : dropped(context(0))) REQUIRE(number == 1);
}

TEST_CASE("dropout: a mask is a function of seed, step, sequence and stream") {
  const auto first = dropped(context(0.5f));
  CHECK(first == dropped(context(0.5f)));
  const auto agreement = [&](Context other) {
    const auto y = dropped(other);
    Index same = 0;
    for (std::size_t i = 0; i < y.size(); ++i) same += y[i] == first[i];
    return static_cast<double>(same) / static_cast<double>(y.size());
  };
  // Independent masks agree in half of the places.
  CHECK(std::abs(agreement(context(0.5f, 2)) - 0.5) < 0.01);
  CHECK(std::abs(agreement(context(0.5f, 1, 1)) - 0.5) < 0.01);
  CHECK(std::abs(agreement(context(0.5f, 1, 0, 1)) - 0.5) < 0.01);
  CHECK(std::abs(agreement(context(0.5f, 1, 0, 0, 1)) - 0.5) < 0.01);
}

TEST_CASE("dropout: neighbouring rows and columns are independent") {
  const auto y = dropped(context(0.5f));
  Index same_column = 0, same_row = 0;
  for (std::size_t i = 0; i + 999 < y.size(); ++i) {
    same_column += y[i] == y[i + 999];
    same_row += y[i] == y[i + 1];
  }
  CHECK(std::abs(static_cast<double>(same_column) / static_cast<double>(y.size() - 999) - 0.5) < 0.01);
  CHECK(std::abs(static_cast<double>(same_row) / static_cast<double>(y.size() - 999) - 0.5) < 0.01);
}

TEST_CASE_TEMPLATE("dropout: a mask does not depend on the width of vectors", Scalar, float, double) {
  Context given = context(0.4f, 9, 3, 2);
  DropoutMask mask;
  mask.start(given);
  CHECK(given.random_stream == 1);  // the next operation draws other numbers
  std::vector<Scalar> lanes(simd::lanes<Scalar>);
  for (Index row = 0; row < 5; ++row) {
    for (Index column = 0; column < 40; ++column) {  // at any place, as a tile of attention may start
      simd::store(mask.factor<simd::Batch<Scalar>>(row, column), lanes.data());
      for (Index lane = 0; lane < simd::lanes<Scalar>; ++lane) {
        CHECK(lanes[static_cast<std::size_t>(lane)] == mask.factor<simd::One<Scalar>>(row, column + lane).value);
      }
    }
  }
}

TEST_CASE(
    "dropout: a place is dropped by 16 bits of Philox that its seed, step, sequence, stream, row and column name") {
  DropoutMask mask;
  for (const std::uint32_t step : {3u, 4u}) {  // the same places of the same mask again, which starts anew
    Context given = context(0.4f, 9, step, 2, 5);
    mask.start(given);
    const auto threshold = static_cast<std::uint32_t>(0.4f * 65536 + 0.5f);
    const float kept = 65536 / (65536 - static_cast<float>(threshold));
    for (const Index row : {3, 7, 0, 3}) {
      for (const Index first : {0, 100}) {
        for (Index column = 0; column < 300; ++column) {
          const Index place = (first + column) % 300;
          const auto block = philox(9 ^ (std::uint64_t{step} << 32),
                                    {static_cast<std::uint32_t>(place / 8), static_cast<std::uint32_t>(row), 2, 5});
          const std::uint32_t bits = block[static_cast<std::size_t>(place % 8 / 2)] >> (place % 2 * 16) & 0xffff;
          CHECK(mask.factor<simd::One<float>>(row, place).value == (bits < threshold ? 0 : kept));
        }
      }
    }
    mask.factor<simd::One<float>>(3, 0);  // where the next step begins
  }
}

TEST_CASE("dropout: each dropout of an expression draws its own mask, and gradients follow") {
  const auto twice = [](auto x, auto w) { return dropout(matmul(dropout(x * x), w)) + dropout(x); };
  CHECK(gradient_error(twice, context(0.3f), Shape<5, 19>{}, Shape<19, 19>{}) < 1e-6);
  const std::vector<float> ones(99, 1.0f);
  const auto both = support::values(
      [&] { return dropout(Name<float, Shape<1, 99>>(ones.data())) - dropout(Name<float, Shape<1, 99>>(ones.data())); },
      context(0.5f));
  CHECK(std::any_of(both.begin(), both.end(), [](float number) { return number != 0; }));
}

TEST_CASE("dropout: disabled, it is not there") {
  using X = Name<float, Ones>;
  static_assert(std::is_same_v<decltype(dropout<false>(X())), X>);
}
