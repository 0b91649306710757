// SPDX-License-Identifier: MIT
#include <transfix/optim/lion.hpp>

#include "steps.hpp"

using namespace transfix;

TEST_CASE("lion: equals the published formula") {
  const auto formula = [](Index, double rate, double& p, double g, double& m, double&) {
    const double b1 = double{0.9f}, b2 = double{0.99f}, direction = b1 * m + (1 - b1) * g;
    p -= rate * ((direction > 0) - (direction < 0) + 0.5 * p);
    m = b2 * m + (1 - b2) * g;
  };
  CHECK(support::difference_from<double>(optim::Lion{.weight_decay = 0.5f}, formula) < 1e-12);
  CHECK(support::difference_from<float>(optim::Lion{.weight_decay = 0.5f}, formula) < 1e-5);
}

TEST_CASE("lion: what has no gradient yet does not move") {
  double parameter = 1, gradient = 0, mean = 0;
  double* const moment[] = {&mean};
  optim::Lion{.weight_decay = 0}.update({.rate = 0.1}, &parameter, &gradient, moment, 1);
  CHECK(parameter == 1);
}
