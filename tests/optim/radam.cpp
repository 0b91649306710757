// SPDX-License-Identifier: MIT
#include <transfix/optim/radam.hpp>

#include "steps.hpp"

using namespace transfix;

TEST_CASE("radam: equals algorithm 2 of the paper") {
  const auto formula = [](Index step, double rate, double& p, double g, double& m, double& v) {
    const double b1 = double{0.9f}, b2 = double{0.95f}, t = static_cast<double>(step + 1);
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    const double mean = m / (1 - std::pow(b1, t)), longest = 2 / (1 - b2) - 1;
    const double length = longest - 2 * t * std::pow(b2, t) / (1 - std::pow(b2, t));
    p *= 1 - rate * 0.5;
    if (length > 5) {
      const double r = std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      p -= rate * mean * r / (std::sqrt(v / (1 - std::pow(b2, t))) + double{1e-8f});
    } else {
      p -= rate * mean;
    }
  };
  const optim::RAdam radam{.beta2 = 0.95f, .weight_decay = 0.5f};
  CHECK(support::difference_from<double>(radam, formula) < 1e-12);
  CHECK(support::difference_from<float>(radam, formula) < 1e-5);
}
