// SPDX-License-Identifier: MIT
#include <transfix/loss/cross_entropy.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_loss;
using parity::Fixture;

namespace {
struct NoParameters {};

template <class Scalar, Index Rows, Index Classes>
void check(const std::string& shape) {
  using Logits = Shape<Rows, Classes>;
  const Fixture plain("cross_entropy", shape), smoothed("cross_entropy_smoothed", shape);
  const auto targets = plain.tokens("targets"), other_targets = smoothed.tokens("targets");
  const auto weights = smoothed.numbers<Shape<Classes>, float>("class_weights");
  check_loss<Scalar, Logits>(plain, NoParameters{}, [&](NoParameters, auto logits) {
    return loss::CrossEntropy{}(logits, Tokens<Rows>{targets.data()});
  });
  check_loss<Scalar, Logits>(smoothed, NoParameters{}, [&](NoParameters, auto logits) {
    return loss::CrossEntropy{0.125f, weights}(logits, Tokens<Rows>{other_targets.data()});
  });
}
}  // namespace

TEST_CASE_TEMPLATE("parity: cross-entropy with ignored targets, smoothing and class weights", Scalar, double, float) {
  check<Scalar, 8, 16>("even");
  check<Scalar, 13, 37>("odd");
}
