// SPDX-License-Identifier: MIT
#include <transfix/optim/adam.hpp>

#include "steps.hpp"

using namespace transfix;

TEST_CASE("adam: equals the published formula, with weight decay inside the gradient") {
  const auto formula = [](Index step, double rate, double& p, double g, double& m, double& v) {
    const double b1 = double{0.9f}, b2 = double{0.999f}, t = static_cast<double>(step + 1);
    g += 0.25 * p;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    p -= rate * (m / (1 - std::pow(b1, t))) / (std::sqrt(v / (1 - std::pow(b2, t))) + double{1e-8f});
  };
  CHECK(support::difference_from<double>(optim::Adam{.weight_decay = 0.25f}, formula) < 1e-12);
  CHECK(support::difference_from<float>(optim::Adam{.weight_decay = 0.25f}, formula) < 1e-5);
}
