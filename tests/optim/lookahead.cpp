// SPDX-License-Identifier: MIT
#include <transfix/optim/lookahead.hpp>
#include <transfix/optim/sgd.hpp>

#include "steps.hpp"

using namespace transfix;

TEST_CASE("lookahead: goes five steps ahead and half of the way back") {
  const optim::Lookahead<optim::Sgd> lookahead{.inner = {.momentum = 0}};
  double p = 2, v = 0, slow = 0;
  double* const moment[] = {&v, &slow};
  double fast = 2, anchor = 2;
  for (Index step = 0; step < 23; ++step) {
    const double gradient = 1 + static_cast<double>(step);
    lookahead.update({.step = step, .rate = 0.1}, &p, &gradient, moment, 1);
    fast -= 0.1 * gradient;
    if (step % 5 == 4) fast = anchor += 0.5 * (fast - anchor);
    CHECK(p == doctest::Approx(fast).epsilon(1e-12));
  }
}
