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

TEST_CASE("schedule: steps, exponential, one cycle") {
  const schedule::Step step{.every = 10, .decay = 0.5};
  CHECK(step.factor(9, 100) == 1);
  CHECK(step.factor(10, 100) == Approx(0.5));
  CHECK(step.factor(39, 100) == Approx(0.125));
  CHECK_THROWS_WITH(schedule::Step{.every = 0}.factor(0, 1), "schedule::Step{.every = 0}: choose 1 or more steps");

  const schedule::Exponential exponential{.final_share = 0.01};
  CHECK(exponential.factor(0, 200) == 1);
  CHECK(exponential.factor(100, 200) == Approx(0.1));
  CHECK(exponential.factor(200, 200) == Approx(0.01));

  const schedule::OneCycle cycle;
  CHECK(cycle.factor(0, 1000) == Approx(0.04));
  CHECK(cycle.factor(150, 1000) == Approx(0.52));
  CHECK(cycle.factor(300, 1000) == Approx(1));
  CHECK(cycle.factor(650, 1000) == Approx(0.5).epsilon(1e-4));
  CHECK(cycle.factor(1000, 1000) == Approx(4e-6));
}

TEST_CASE("schedule: the Transformer paper's") {
  const schedule::InverseSquareRoot root{.warmup = 4000};
  // d^-0.5 min(n^-0.5, n warmup^-1.5), over its peak.
  const auto paper = [](double n) {
    return std::min(1 / std::sqrt(n), n * std::pow(4000.0, -1.5)) * std::sqrt(4000.0);
  };
  for (const Index number : {1, 100, 3999, 4000, 4001, 16'000, 100'000}) {
    CHECK(root.factor(number - 1, 100'000) == Approx(paper(static_cast<double>(number))));
  }
}

TEST_CASE("schedule: a warm-up goes before any schedule") {
  const auto check = [](const auto& rest) {
    const schedule::Warmup<std::decay_t<decltype(rest)>> warmed{.steps = 100, .then = rest};
    const double first = rest.factor(0, 900);
    for (Index step = 0; step < 100; ++step) {
      CHECK(warmed.factor(step, 1000) == Approx(first * static_cast<double>(step + 1) / 101));
    }
    for (Index step = 100; step < 1000; ++step) CHECK(warmed.factor(step, 1000) == rest.factor(step - 100, 900));
  };
  check(schedule::Constant());
  check(schedule::Linear{.final_share = 0.1});
  check(schedule::Cosine());
  check(schedule::Step{.every = 50});
  check(schedule::Exponential());
  check(schedule::OneCycle());
  check(schedule::InverseSquareRoot{.warmup = 10});
}
