// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <transfix/optim/update.hpp>

#include "../support.hpp"

namespace support {
using namespace transfix;

/// Runs steps of an optimizer of single numbers beside a formula, for several numbers at a time: formula(step, rate, p,
/// g, m, v) moves p and its moments. The worst difference in p.
template <class Scalar>
double difference_from(const auto& optimizer, auto&& formula, Index count = 19, Index steps = 40) {
  constexpr Index moments = std::remove_cvref_t<decltype(optimizer)>::moments;
  auto parameters = normal_numbers<Scalar>(count, 1);
  std::vector<double> p(parameters.begin(), parameters.end()), m(p.size()), v(p.size());
  std::vector<Scalar> kept[4];
  Scalar* moment[4];
  for (Index i = 0; i < moments; ++i) {
    kept[i].resize(p.size());
    moment[i] = kept[i].data();
  }
  for (Index step = 0; step < steps; ++step) {
    const auto gradients = normal_numbers<Scalar>(count, 10 + static_cast<std::uint64_t>(step));
    const double rate = 0.01 / static_cast<double>(step % 7 + 1);
    optimizer.update({.step = step, .rate = rate}, parameters.data(), gradients.data(), moment, count);
    for (std::size_t i = 0; i < p.size(); ++i) {
      formula(step, rate, p[i], static_cast<double>(gradients[i]), m[i], v[i]);
    }
  }
  return largest_difference(parameters.data(), p);
}

}  // namespace support
