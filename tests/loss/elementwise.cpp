// SPDX-License-Identifier: MIT
#include <limits>
#include <transfix/loss/elementwise.hpp>

#include "loss_pass.hpp"

using namespace transfix;

namespace {
constexpr double left_out = std::numeric_limits<double>::quiet_NaN();
const double targets[] = {0.3, 1, 0, left_out, 0.5, 1};

void check(const auto& function, auto&& value) {
  support::check_loss<Shape<2, 3>>(function, Values<6, double>{targets}, [&](const double* outputs) {
    double loss = 0;
    for (int i = 0; i < 6; ++i) loss += i == 3 ? 0 : value(outputs[i], targets[i]);
    return loss;
  });
  CHECK(function.weight(Values<6, double>{targets}) == 5);
}
}  // namespace

TEST_CASE("losses of numbers: values by their formulas, gradients, and NaN left out") {
  check(loss::MeanSquaredError{}, [](double y, double t) { return (y - t) * (y - t); });
  check(loss::Huber{.delta = 0.5f}, [](double y, double t) {
    const double e = std::abs(y - t);
    return e <= 0.5 ? e * e / 2 : 0.5 * (e - 0.25);
  });
  check(loss::BinaryCrossEntropy{.positive_weight = 3}, [](double y, double t) {
    const double s = 1 / (1 + std::exp(-y));
    return -3 * t * std::log(s) - (1 - t) * std::log(1 - s);
  });
}

TEST_CASE("binary cross-entropy: no overflow for logits as large as they come") {
  const loss::BinaryCrossEntropy loss;
  CHECK(loss.value(1000, 0) == 1000);
  CHECK(loss.value(-1000, 1) == 1000);
  CHECK(loss.value(1000, 1) == 0);
  CHECK(loss.derivative(1000, 0) == 1);
  CHECK(loss.derivative(-1000, 1) == -1);
  CHECK(loss.derivative(-1000, 0) == 0);
}
