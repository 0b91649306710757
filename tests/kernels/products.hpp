// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <transfix/kernels/gemm.hpp>
#include <vector>

#include "../support.hpp"

// Checks a product of matrices, number by number.

namespace support {

using transfix::Index;
namespace kernels = transfix::kernels;

// Whole numbers, so that sums are exact in every order.
template <class Scalar>
std::vector<Scalar> whole_numbers(Index count, std::uint64_t seed) {
  transfix::Random random(seed);
  std::vector<Scalar> numbers(static_cast<std::size_t>(count));
  for (Scalar& number : numbers) number = static_cast<Scalar>(random.below(17) - 8);
  return numbers;
}

template <class Scalar, kernels::Product Size>
void check_product() {
  constexpr Index a_span = (Size.rows - 1) * Size.a_row + (Size.depth - 1) * Size.a_depth + 1;
  constexpr Index b_span = (Size.depth - 1) * Size.b_depth + (Size.columns - 1) * Size.b_column + 1;
  constexpr Index guard = 64;
  constexpr Index scratch_size = kernels::product_scratch<Scalar, Size>;
  // Memory ends with the operands, so that a sanitizer sees reads beyond them.
  const auto a = whole_numbers<Scalar>(a_span, 1), b = whole_numbers<Scalar>(b_span, 2);
  const auto before = whole_numbers<Scalar>(2 * guard + Size.rows * Size.c_row, 3);
  std::vector<Scalar> scratch(static_cast<std::size_t>(scratch_size + guard), Scalar(7));
  for (const bool accumulate : {false, true}) {
    auto c = before, expected = before;
    kernels::multiply<Scalar, Size>(a.data(), b.data(), c.data() + guard, accumulate, scratch.data());
    for (Index m = 0; m < Size.rows; ++m) {
      for (Index n = 0; n < Size.columns; ++n) {
        Scalar& sum = expected[static_cast<std::size_t>(guard + m * Size.c_row + n)];
        if (!accumulate) sum = 0;
        for (Index k = 0; k < Size.depth; ++k) {
          sum += a[static_cast<std::size_t>(m * Size.a_row + k * Size.a_depth)] *
                 b[static_cast<std::size_t>(k * Size.b_depth + n * Size.b_column)];
        }
      }
    }
    CAPTURE(Size.rows);
    CAPTURE(Size.columns);
    CAPTURE(Size.depth);
    CAPTURE(Size.a_depth);
    CAPTURE(Size.b_column);
    CAPTURE(accumulate);
    CHECK(c == expected);  // guards and gaps of c included
    CHECK(std::all_of(scratch.begin() + scratch_size, scratch.end(), [](Scalar number) { return number == 7; }));
  }
}

struct Extents {
  Index rows, columns, depth, gap;  // the gap widens every row in memory
};

enum class Form { plain, a_transposed, b_transposed, both_transposed };

constexpr kernels::Product product(Extents e, Form form) {
  const bool ta = form == Form::a_transposed || form == Form::both_transposed;
  const bool tb = form == Form::b_transposed || form == Form::both_transposed;
  return {e.rows,
          e.columns,
          e.depth,
          ta ? 1 : e.depth + e.gap,
          ta ? e.rows + e.gap : 1,
          tb ? 1 : e.columns + e.gap,
          tb ? e.depth + e.gap : 1,
          e.columns + e.gap};
}

}  // namespace support
