// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#define TRANSFIX_BFLOAT16 1
#define TRANSFIX_BFLOAT16_TILES 0
#include "brain_float_products.hpp"

TEST_CASE("brain floats by pairs: larger products in all four forms") { check_larger_products_in_all_four_forms(); }
TEST_CASE("brain floats by pairs: operands are rounded, sums are not") {
  check_that_operands_are_rounded_and_sums_are_not();
}
#else
TEST_CASE("brain floats by pairs") { MESSAGE("skipped: this CPU, or this build, has no AVX512-BF16"); }
#endif
