// SPDX-License-Identifier: MIT
#include <transfix/loss/focal.hpp>

#include "loss_pass.hpp"

using namespace transfix;

TEST_CASE("focal: its formula, and cross-entropy where gamma is 0") {
  static const float weights[] = {0.5f, 2, 1, 0.25f, 3};
  const Token targets[] = {1, 4, -1, 3};
  for (const double gamma : {0.0, 0.5, 2.0}) {
    const loss::Focal function{.gamma = static_cast<float>(gamma), .class_weights = weights};
    support::check_loss<Shape<4, 5>>(function, Tokens<4>{targets}, [&](const double* logits) {
      double loss = 0;
      for (Index row = 0; row < 4; ++row) {
        const Token target = targets[row];
        if (target < 0) continue;
        double exponentials = 0;
        for (Index c = 0; c < 5; ++c) exponentials += std::exp(logits[row * 5 + c]);
        const double p = std::exp(logits[row * 5 + target]) / exponentials;
        loss -= double{weights[target]} * std::pow(1 - p, gamma) * std::log(p);
      }
      return loss;
    });
  }
}

TEST_CASE("focal: a class that is certain costs nothing, in finite numbers") {
  std::vector<double> logits = {900, 0, 0}, gradients(3);
  const Token target[] = {0};
  support::LossPass pass(
      [&] { return loss::Focal{}(Name<double, Shape<1, 3>>(logits.data(), gradients.data()), Tokens<1>{target}); });
  CHECK(pass.train(1) == 0);
  for (const double gradient : gradients) CHECK(gradient == 0);
}
