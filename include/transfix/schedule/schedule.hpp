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

namespace detail {
/// How many steps go up, and the share of the way down that is behind; negative while going up.
struct Ramp {
  Index rise;
  double way_down;
  constexpr Ramp(Index warmup, Index step, Index steps)
      : rise(warmup < steps / 10 ? warmup : steps / 10),
        way_down(step < rise     ? -1
                 : step >= steps ? 1
                                 : static_cast<double>(step - rise) / static_cast<double>(steps - rise)) {}
  constexpr double up(Index step) const { return static_cast<double>(step + 1) / static_cast<double>(rise + 1); }
};
}  // namespace detail

/// Up in a straight line over the first `warmup` steps (a tenth of all where there are fewer than ten
/// times as many), then down half a cosine to `final_share` (Loshchilov & Hutter 2017).
struct WarmupCosine {
  Index warmup = 100;
  double final_share = 0.1;

  double factor(Index step, Index steps) const {
    const detail::Ramp ramp(warmup, step, steps);
    if (ramp.way_down < 0) return ramp.up(step);
    return final_share + (1 - final_share) * 0.5 * (1 + std::cos(std::numbers::pi * ramp.way_down));
  }
};

/// Up in a straight line over the first `warmup` steps, then down in a straight line to `final_share`.
struct WarmupLinear {
  Index warmup = 100;
  double final_share = 0;

  double factor(Index step, Index steps) const {
    const detail::Ramp ramp(warmup, step, steps);
    return ramp.way_down < 0 ? ramp.up(step) : 1 - (1 - final_share) * ramp.way_down;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::schedule
