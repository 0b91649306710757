// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/schedule/schedule.hpp>

using namespace transfix;
using doctest::Approx;

TEST_CASE("schedule: constant") {
  CHECK(schedule::Constant::factor(0, 10) == 1);
  CHECK(schedule::Constant::factor(9, 10) == 1);
}

TEST_CASE("schedule: warm-up and half a cosine") {
  const schedule::WarmupCosine cosine{.warmup = 100, .final_share = 0.1};
  CHECK(cosine.factor(0, 2000) == Approx(1.0 / 101));  // the first step already moves
  CHECK(cosine.factor(49, 2000) == Approx(50.0 / 101));
  CHECK(cosine.factor(100, 2000) == Approx(1));
  CHECK(cosine.factor(1050, 2000) == Approx(0.55));  // half way down
  CHECK(cosine.factor(1999, 2000) == Approx(0.1).epsilon(1e-4));
  CHECK(cosine.factor(2000, 2000) == Approx(0.1));
  CHECK(cosine.factor(5000, 2000) == Approx(0.1));
  for (Index step = 0; step < 99; ++step) CHECK(cosine.factor(step, 2000) < cosine.factor(step + 1, 2000));
  for (Index step = 100; step < 1999; ++step) CHECK(cosine.factor(step, 2000) > cosine.factor(step + 1, 2000));
}

TEST_CASE("schedule: warm-up and a straight line") {
  const schedule::WarmupLinear linear{.warmup = 100, .final_share = 0.2};
  CHECK(linear.factor(0, 2000) == Approx(1.0 / 101));
  CHECK(linear.factor(100, 2000) == Approx(1));
  CHECK(linear.factor(1050, 2000) == Approx(0.6));
  CHECK(linear.factor(2000, 2000) == Approx(0.2));
}

TEST_CASE("schedule: a short run warms up over a tenth of it") {
  const schedule::WarmupCosine cosine{.warmup = 100};
  CHECK(cosine.factor(19, 200) == Approx(20.0 / 21));
  CHECK(cosine.factor(20, 200) == Approx(1));
  CHECK(cosine.factor(0, 1) == Approx(1));  // a run of one step takes it whole
  CHECK(schedule::WarmupCosine{.warmup = 0}.factor(0, 100) == Approx(1));
}
