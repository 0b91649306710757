// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <numbers>
#include <transfix/core/shape.hpp>

// A schedule says what share of the learning rate a step takes: factor(step, steps), with step counted
// from 0 to steps - 1.

namespace transfix::inline TRANSFIX_ABI::schedule {

/// The whole learning rate at every step.
struct Constant {
  static constexpr double factor(Index, Index) { return 1; }
};

/// Up in a straight line over the first `warmup` steps (a tenth of all where there are fewer than ten
/// times as many), then down half a cosine to `final_share` (Loshchilov & Hutter 2017).
struct WarmupCosine {
  Index warmup = 100;
  double final_share = 0.1;

  double factor(Index step, Index steps) const {
    const Index rise = warmup < steps / 10 ? warmup : steps / 10;
    if (step < rise) return static_cast<double>(step + 1) / static_cast<double>(rise + 1);
    if (step >= steps) return final_share;
    const double way = static_cast<double>(step - rise) / static_cast<double>(steps - rise);
    return final_share + (1 - final_share) * 0.5 * (1 + std::cos(std::numbers::pi * way));
  }
};

/// Up in a straight line over the first `warmup` steps, then down in a straight line to `final_share`.
struct WarmupLinear {
  Index warmup = 100;
  double final_share = 0;

  double factor(Index step, Index steps) const {
    const Index rise = warmup < steps / 10 ? warmup : steps / 10;
    if (step < rise) return static_cast<double>(step + 1) / static_cast<double>(rise + 1);
    if (step >= steps) return final_share;
    return 1 - (1 - final_share) * static_cast<double>(step - rise) / static_cast<double>(steps - rise);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::schedule
