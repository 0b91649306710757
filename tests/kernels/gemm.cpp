// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/tuple.hpp>

#include "products.hpp"

using namespace transfix;
using support::check_product;
using support::Extents;
using support::Form;
using support::product;

namespace {

// Every number of rows up to 13, columns and depths around one and several vectors of every width, depths
// across the blocks of 128 and 256, rows across the blocks of copied operands; streams with and without gaps.
constexpr Extents sizes[] = {
    {1, 1, 1, 0},       {1, 65, 33, 3},    {2, 17, 5, 0},    {2, 130, 17, 1},  {3, 33, 16, 2},   {4, 5, 65, 0},
    {5, 16, 2, 7},      {6, 48, 129, 0},   {7, 5, 257, 1},   {8, 49, 128, 0},  {9, 96, 17, 3},   {10, 31, 33, 0},
    {11, 1, 300, 0},    {12, 32, 256, 0},  {13, 65, 130, 5}, {24, 64, 513, 0}, {29, 97, 2, 1},   {16, 96, 97, 0},
    {33, 205, 130, 3},  {70, 401, 259, 0}, {4, 9, 40, 2},    {1, 701, 203, 3}, {1, 300, 450, 1}, {521, 37, 256, 1},
    {1033, 21, 260, 2}, {66, 32, 16, 0},   {1, 701, 203, 0}, {3, 701, 203, 0}, {1, 9001, 17, 0}, {364, 364, 9, 0},
    {50, 64, 48, 1}};

// More numbers than caches hold: rests of a third and of two thirds of a tile's rows, several blocks of rows and depth.
constexpr Extents large[] = {{700, 801, 17, 0}, {752, 705, 261, 2}, {1403, 385, 129, 1}};

template <class Scalar, Form Of>
void check_sizes() {
  unrolled<Index{std::size(sizes)}>([](auto i) { check_product<Scalar, product(sizes[i()], Of)>(); });
}
}  // namespace

TEST_CASE("gemm: products of every form equal the plain loop and write nothing else") {
  SUBCASE("a b") { check_sizes<float, Form::plain>(); }
  SUBCASE("a^T b") { check_sizes<float, Form::a_transposed>(); }
  SUBCASE("a b^T") { check_sizes<float, Form::b_transposed>(); }
  SUBCASE("a^T b^T") { check_product<float, product({70, 53, 259, 2}, Form::both_transposed)>(); }
}

TEST_CASE("gemm: results too large for the caches") {
  unrolled<Index{std::size(large)}>([](auto i) {
    check_product<float, product(large[i()], Form::plain)>();
    check_product<float, product(large[i()], Form::a_transposed)>();
    check_product<float, product(large[i()], Form::b_transposed)>();
  });
  check_product<double, product(large[0], Form::plain)>();
  check_product<double, product(large[0], Form::a_transposed)>();
}

TEST_CASE("gemm: in double") {
  check_product<double, product({13, 33, 130, 1}, Form::plain)>();
  check_product<double, product({7, 17, 257, 2}, Form::a_transposed)>();
  check_product<double, product({1, 65, 5, 0}, Form::b_transposed)>();
  check_product<double, product({9, 19, 129, 3}, Form::b_transposed)>();
  check_product<double, product({5, 11, 13, 1}, Form::both_transposed)>();
  check_product<double, product({75, 21, 33, 1}, Form::both_transposed)>();
  check_product<double, product({75, 21, 33, 1}, Form::plain)>();
  check_product<double, product({70, 53, 259, 2}, Form::b_transposed)>();
  check_product<double, product({70, 53, 259, 2}, Form::a_transposed)>();
}

TEST_CASE("gemm: the error of a long sum in float stays small") {
  constexpr Index rows = 5, columns = 37, depth = 1000;
  const auto a = support::normal_numbers<float>(rows * depth, 1),
             b = support::normal_numbers<float>(depth * columns, 2);
  constexpr kernels::Product size = product({rows, columns, depth, 0}, Form::plain);
  std::vector<float> c(rows * columns), scratch(kernels::product_scratch<float, size>);
  kernels::multiply<float, size>(a.data(), b.data(), c.data(), false, scratch.data());
  std::vector<double> expected(c.size());
  for (std::size_t m = 0; m < rows; ++m) {
    for (std::size_t n = 0; n < columns; ++n) {
      for (std::size_t k = 0; k < depth; ++k) {
        expected[m * columns + n] += double{a[m * depth + k]} * double{b[k * columns + n]};
      }
    }
  }
  CHECK(support::largest_difference(c.data(), expected) < 5e-5);
}
