// SPDX-License-Identifier: MIT
#include <transfix/optim/averaged.hpp>
#include <transfix/optim/sgd.hpp>

#include "steps.hpp"

using namespace transfix;

TEST_CASE("averaged: the last moment is the moving average of the parameters, which move as without it") {
  const optim::Sgd sgd{.momentum = 0.5f};
  const optim::Averaged averaged{sgd, 0.9f};
  static_assert(decltype(averaged)::moments == 2 && decltype(averaged)::average == 1);
  double p = 3, v = 0, alone = 3, v_alone = 0, mean = 0, expected = 0;
  double *const moment[] = {&v, &mean}, *const moment_alone[] = {&v_alone};
  for (Index step = 0; step < 200; ++step) {
    const double gradient = std::sin(static_cast<double>(step));
    averaged.update({.step = step, .rate = 0.1}, &p, &gradient, moment, 1);
    sgd.update({.step = step, .rate = 0.1}, &alone, &gradient, moment_alone, 1);
    const double t = static_cast<double>(step + 1), decay = std::min(double{0.9f}, t / (t + 10));
    expected = step == 0 ? p : decay * expected + (1 - decay) * p;
  }
  CHECK(p == alone);
  CHECK(mean == doctest::Approx(expected).epsilon(1e-12));
}
