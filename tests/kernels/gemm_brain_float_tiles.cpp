// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#define TRANSFIX_BFLOAT16 1
#endif
#include <transfix/core/config.hpp>

#if TRANSFIX_BFLOAT16_TILES
#include "brain_float_products.hpp"
#else
TEST_CASE("brain floats by tiles") { MESSAGE("skipped: this CPU, or this build, has no AMX-BF16"); }
#endif
