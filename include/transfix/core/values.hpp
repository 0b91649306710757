// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// A view of `Count` numbers that somebody else keeps: targets of a regression, or probabilities of a teacher.
template <Index Count, class Scalar = float>
struct Values {
  static_assert(Count > 0, "a row of values has at least one value");
  static constexpr Index count = Count;
  const Scalar* data;
  constexpr Scalar operator[](Index position) const { return data[position]; }
};

}  // namespace transfix::inline TRANSFIX_ABI
