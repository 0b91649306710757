// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <numeric>
#include <span>
#include <transfix/core/shape.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

/// Places of the values from the smallest to the largest.
inline std::vector<std::size_t> ascending(std::span<const double> values) {
  std::vector<std::size_t> places(values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, {}, [&](std::size_t place) { return values[place]; });
  return places;
}

/// The rank of each value, from 1 for the smallest; equal values share the mean of their ranks.
inline std::vector<double> average_ranks(std::span<const double> values) {
  const std::vector<std::size_t> places = ascending(values);
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < places.size(); first = end) {
    while (end < places.size() && values[places[end]] == values[places[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[places[i]] = static_cast<double>(first + 1 + end) / 2;
  }
  return ranks;
}

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
