// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/testing.hpp>
#include <vector>

#include "../support.hpp"

namespace support {

/// The numbers of the expression that make() gives, in memory order.
template <class Make>
auto values(const Make& make, transfix::Context context = {}) {
  transfix::testing::Pass<Make> pass(make, context);
  using Pass = decltype(pass);
  const auto* first = pass.forward();
  return std::vector<typename Pass::Scalar>(first, first + Pass::E::span);
}

/// The numbers of one tensor of normal numbers, and the name that operations take.
template <class Shape, class Scalar = double>
struct Numbers {
  std::vector<Scalar> data;
  explicit Numbers(std::uint64_t seed = 1) : data(normal_numbers<Scalar>(Shape::size, seed)) {}
  auto name() const { return transfix::Name<Scalar, Shape>(data.data()); }
  Scalar operator()(transfix::Index row, transfix::Index column) const {
    return data[static_cast<std::size_t>(row * Shape::columns + column)];
  }
};

}  // namespace support
