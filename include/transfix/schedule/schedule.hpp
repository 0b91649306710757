// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <numbers>
#include <transfix/core/error.hpp>
#include <transfix/core/math.hpp>
#include <transfix/core/shape.hpp>

// A schedule says what share of the learning rate a step takes: factor(step, steps), with step counted
// from 0 to steps - 1. Warmup<S> puts a warm-up before any of them.

namespace transfix::inline TRANSFIX_ABI::schedule {

namespace detail {
/// The share of the way that is behind, from 0 to 1.
constexpr double way(Index step, Index steps) {
  return step >= steps ? 1 : static_cast<double>(step) / static_cast<double>(steps);
}
/// From 1 at way 0 to `end` at way 1, by half a cosine.
inline double cosine(double way, double end) { return end + (1 - end) * 0.5 * (1 + math::cos(std::numbers::pi * way)); }
}  // namespace detail

/// The whole learning rate at every step.
struct Constant {
  static constexpr double factor(Index, Index) { return 1; }
};

/// Down in a straight line to `final_share`.
struct Linear {
  double final_share = 0;
  constexpr double factor(Index step, Index steps) const { return 1 - (1 - final_share) * detail::way(step, steps); }
};

/// Down half a cosine to `final_share` (Loshchilov & Hutter 2017).
struct Cosine {
  double final_share = 0.1;
  double factor(Index step, Index steps) const { return detail::cosine(detail::way(step, steps), final_share); }
};

/// Times `decay` after each `every` steps.
struct Step {
  Index every = 1000;
  double decay = 0.1;
  double factor(Index step, Index) const {
    if (every < 1) fail("schedule::Step{.every = ", every, "}: choose 1 or more steps");
    return math::pow(decay, static_cast<double>(step / every));
  }
};

/// Down to `final_share` by the same factor at each step: final_share^(step / steps).
struct Exponential {
  double final_share = 0.01;
  double factor(Index step, Index steps) const { return math::pow(final_share, detail::way(step, steps)); }
};

/// Up from `first_share` over the share `rise` of the run and down to `final_share`, both by half a cosine (Smith &
/// Topin 2019, with the values that PyTorch gives: max_lr / 25, and a ten-thousandth of that at the end).
struct OneCycle {
  double rise = 0.3;
  double first_share = 1.0 / 25;
  double final_share = 1.0 / 25 / 10'000;
  double factor(Index step, Index steps) const {
    const double way = detail::way(step, steps);
    return way < rise ? detail::cosine(1 - way / rise, first_share)
                      : detail::cosine((way - rise) / (1 - rise), final_share);
  }
};

/// Up in a straight line over `warmup` steps, then down with the root of the step: with n = step + 1,
/// min(n / warmup, sqrt(warmup / n)) (Vaswani et al. 2017; theirs is this times (width warmup)^-0.5).
struct InverseSquareRoot {
  Index warmup = 4000;
  double factor(Index step, Index) const {
    const auto number = static_cast<double>(step + 1), rise = static_cast<double>(std::max<Index>(warmup, 1));
    return std::min(number / rise, math::sqrt(rise / number));
  }
};

/// Up in a straight line over the first `steps` steps (a tenth of all where there are fewer than ten times as many),
/// then another schedule for the rest: Warmup<Exponential>{.steps = 200, .then = {.final_share = 0.05}}.
template <class Schedule>
struct Warmup {
  Index steps = 100;
  Schedule then = {};

  double factor(Index step, Index steps_in_all) const {
    const Index rise = std::min(steps, steps_in_all / 10);
    if (step >= rise) return then.factor(step - rise, steps_in_all - rise);
    return then.factor(0, steps_in_all - rise) * static_cast<double>(step + 1) / static_cast<double>(rise + 1);
  }
};

/// Warmup<Cosine> in one piece.
struct WarmupCosine {
  Index warmup = 100;
  double final_share = 0.1;
  double factor(Index step, Index steps) const { return Warmup<Cosine>{warmup, {final_share}}.factor(step, steps); }
};

/// Warmup<Linear> in one piece.
struct WarmupLinear {
  Index warmup = 100;
  double final_share = 0;
  double factor(Index step, Index steps) const { return Warmup<Linear>{warmup, {final_share}}.factor(step, steps); }
};

}  // namespace transfix::inline TRANSFIX_ABI::schedule
