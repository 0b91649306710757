// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/simd/batch.hpp>
#include <vector>

#include "../support.hpp"

using namespace transfix;

TEST_CASE_TEMPLATE("batch: load, store and counting keep the order of lanes", Scalar, float, double) {
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>;
  const auto numbers = support::normal_numbers<Scalar>(width + 1);
  std::vector<Scalar> stored(width), counted(width);
  simd::store(simd::load<Vector>(numbers.data() + 1), stored.data());  // no alignment needed
  simd::store(simd::counting<Vector>(40), counted.data());
  for (std::size_t lane = 0; lane < std::size_t{width}; ++lane) {
    CHECK(stored[lane] == numbers[lane + 1]);
    CHECK(counted[lane] == static_cast<Scalar>(40 + lane));
  }
}

TEST_CASE_TEMPLATE("batch: multiply_add is a b + c", Scalar, float, double) {
  using Vector = simd::Batch<Scalar>;
  std::vector<Scalar> result(simd::lanes<Scalar>);
  simd::store(simd::multiply_add(Vector(3), simd::counting<Vector>(1), Vector(-2)), result.data());
  for (std::size_t lane = 0; lane < result.size(); ++lane)
    CHECK(result[lane] == static_cast<Scalar>(3 * (lane + 1)) - 2);
}

TEST_CASE_TEMPLATE("batch: the sum and the largest of the lanes", Scalar, float, double) {
  using Vector = simd::Batch<Scalar>;
  constexpr Index width = simd::lanes<Scalar>;
  CHECK(simd::sum_of_lanes(simd::counting<Vector>(1)) == static_cast<Scalar>(width * (width + 1) / 2));
  for (std::size_t largest = 0; largest < std::size_t{width}; ++largest) {
    std::vector<Scalar> numbers(width, Scalar(-9));
    numbers[largest] = Scalar(-3);
    CHECK(simd::largest_lane(simd::load<Vector>(numbers.data())) == Scalar(-3));
  }
}

TEST_CASE("batch: for_each_lane visits every column once, in order, whole vectors first") {
  const auto check = [](Index begin, Index end, auto&& visit) {
    Index next = begin;
    bool single = false;
    visit([&](auto tag, Index column) {
      constexpr Index width = simd::lanes_of<decltype(tag)>;
      CHECK(column == next);
      CHECK((width == simd::lanes<float> || end - column < simd::lanes<float>));
      CHECK((!single || width == 1));
      single = width == 1;
      next += width;
    });
    CHECK(next == end);
  };
  for (Index begin : {0, 3}) {
    for (Index count = 0; count < 40; ++count) {
      check(begin, begin + count, [&](auto f) { simd::for_each_lane<float>(begin, begin + count, f); });
    }
  }
  check(0, 1, [](auto f) { simd::for_each_lane<float, 1>(f); });
  check(0, 16, [](auto f) { simd::for_each_lane<float, 16>(f); });
  check(0, 37, [](auto f) { simd::for_each_lane<float, 37>(f); });
}
