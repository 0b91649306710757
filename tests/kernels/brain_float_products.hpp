// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <transfix/core/tuple.hpp>

#include "products.hpp"

// What holds of products in bfloat16, however they are done.

namespace {

using namespace transfix;
using support::Extents;
using support::Form;

// Whole numbers up to 8 are exact in bfloat16. Rests of tiles, of vectors, of pairs and of all blocks.
constexpr Extents sizes[] = {{16, 512, 32, 0}, {17, 129, 131, 1}, {64, 65, 64, 0},
                             {33, 97, 257, 3}, {40, 80, 100, 0},  {400, 33, 35, 1},
                             {25, 490, 33, 0}, {385, 64, 300, 2}, {1030, 40, 530, 1}};

void check_larger_products_in_all_four_forms() {
  unrolled<std::size(sizes)>([](auto number) {
    unrolled<4>([&](auto form) {
      constexpr kernels::Product size = support::product(sizes[number()], static_cast<Form>(form()));
      static_assert(kernels::detail::goes_by_brain_floats<float, size>);
      support::check_product<float, size>();
    });
  });
}

void check_that_operands_are_rounded_and_sums_are_not() {
  constexpr kernels::Product size{64, 64, 64, 64, 1, 64, 1, 64};
  const auto a = support::normal_numbers<float>(64 * 64, 1), b = support::normal_numbers<float>(64 * 64, 2);
  std::vector<float> c(64 * 64), scratch(kernels::product_scratch<float, size>);
  kernels::multiply<float, size>(a.data(), b.data(), c.data(), false, scratch.data());
  double square = 0;
  for (std::size_t m = 0; m < 64; ++m) {
    for (std::size_t n = 0; n < 64; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < 64; ++k) sum += double{a[m * 64 + k]} * double{b[k * 64 + n]};
      square += (double{c[m * 64 + n]} - sum) * (double{c[m * 64 + n]} - sum);
    }
  }
  // 64 products of two numbers with 8 bits each: 8 * 2^-9 * sqrt(2 / 3) or so.
  const double error = std::sqrt(square / (64 * 64));
  CHECK(error > 0.002);
  CHECK(error < 0.03);
}

}  // namespace
