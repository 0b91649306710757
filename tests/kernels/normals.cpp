// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/kernels/normals.hpp>
#include <vector>

using namespace transfix;

TEST_CASE("normals: many numbers are those that are drawn one by one, wherever they begin") {
  const std::uint64_t large = 0x89abcdef'01234567;
  for (const std::uint64_t stream : {std::uint64_t{5}, large}) {
    for (const int before : {0, 1, 2, 4}) {
      Random many(large, stream), single(large, stream);
      for (int i = 0; i < before; ++i) CHECK(many.bits() == single.bits());
      for (const std::size_t count : {3u, 300u, 1u, 128u}) {
        std::vector<double> numbers(count);
        kernels::normals(many, numbers);
        for (const double number : numbers) CHECK(number == doctest::Approx(single.normal()).epsilon(1e-14).scale(0));
      }
      CHECK(many.bits() == single.bits());
    }
  }
}

TEST_CASE("normals: blocks with numbers of more than 32 bits are those of Philox") {
  Random many(1), single(1);
  const std::uint64_t far = (std::uint64_t{7} << 32) - 3;  // the lower word runs over within one call
  many.skip_blocks(far);
  single.skip_blocks(far);
  std::vector<double> numbers(64);
  kernels::normals(many, numbers);
  for (const double number : numbers) CHECK(number == doctest::Approx(single.normal()).epsilon(1e-14).scale(0));
}
