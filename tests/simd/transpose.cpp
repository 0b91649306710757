// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/simd/transpose.hpp>

#include "../support.hpp"

using namespace transfix;

TEST_CASE_TEMPLATE("transpose: every small size, with gaps between rows, written or added, touches nothing else",
                   Scalar, float, double) {
  constexpr Index largest = 2 * simd::lanes<Scalar> + 3;
  for (Index rows = 1; rows <= largest; ++rows) {
    for (Index columns = 1; columns <= largest; ++columns) {
      const Index from_stride = columns + 2, to_stride = rows + 1;
      const auto from = support::normal_numbers<Scalar>(rows * from_stride);
      std::vector<Scalar> to(static_cast<std::size_t>(columns * to_stride + 8), Scalar(-1)), expected = to;
      simd::transpose(from.data(), from_stride, to.data(), to_stride, rows, columns);
      for (Index row = 0; row < rows; ++row) {
        for (Index column = 0; column < columns; ++column) {
          expected[static_cast<std::size_t>(column * to_stride + row)] =
              from[static_cast<std::size_t>(row * from_stride + column)];
        }
      }
      CAPTURE(rows);
      CAPTURE(columns);
      REQUIRE(to == expected);
      simd::transpose<true>(from.data(), from_stride, to.data(), to_stride, rows, columns);
      for (Index column = 0; column < columns; ++column) {
        for (Index row = 0; row < rows; ++row) expected[static_cast<std::size_t>(column * to_stride + row)] *= 2;
      }
      REQUIRE(to == expected);
    }
  }
}
