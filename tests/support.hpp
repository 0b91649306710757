// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/random.hpp>
#include <vector>

namespace support {

/// Normal numbers, the same at every call with one seed.
template <class Scalar = double>
std::vector<Scalar> normal_numbers(transfix::Index count, std::uint64_t seed = 1) {
  transfix::Random random(seed);
  std::vector<Scalar> numbers(static_cast<std::size_t>(count));
  for (Scalar& number : numbers) number = static_cast<Scalar>(random.normal());
  return numbers;
}

/// The largest difference, measured against the larger of 1 and the expected number; NaN is infinite.
template <class Scalar, class Expected>
double largest_difference(const Scalar* found, const std::vector<Expected>& expected) {
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double wanted = static_cast<double>(expected[i]);
    const double difference = std::abs(static_cast<double>(found[i]) - wanted) / std::max(1.0, std::abs(wanted));
    worst = difference <= worst ? worst : std::isnan(difference) ? INFINITY : difference;
  }
  return worst;
}

/// The message of the error that function() throws, or nothing.
std::string message_of(auto&& function) {
  try {
    function();
  } catch (const transfix::Error& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace support
