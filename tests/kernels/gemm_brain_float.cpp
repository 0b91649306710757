// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#define TRANSFIX_BFLOAT16 1
#define TRANSFIX_BFLOAT16_TILES 0
#include "brain_float_products.hpp"
#else
TEST_CASE("brain floats") { MESSAGE("skipped: this CPU, or this build, has no AVX512-BF16"); }
#endif
