// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <transfix/expression/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Every query sees every key.
struct Unmasked {
  static bool sees(auto) { return true; }
  static constexpr bool hides(Region) { return false; }
};

/// A query sees the keys up to its own place, counted from `offset` on (0 in training; in generation
/// the number of keys that came before).
struct Causal {
  Index offset = 0;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return at.columns <= Vector(static_cast<simd::ScalarOf<Vector>>(at.row + offset));
  }
  /// Whether no query of a block sees any of its keys; such blocks are skipped.
  constexpr bool hides(Region region) const { return region.first_column > region.last_row + offset; }
};

namespace rules {
/// x where the mask sees, -infinity elsewhere.
template <class MaskOfScores>
struct Masked {
  [[no_unique_address]] MaskOfScores mask;
  template <class Vector>
  Vector value(Vector x, const Position<Vector>& at) const {
    return select(mask.sees(at), x, Vector(-std::numeric_limits<simd::ScalarOf<Vector>>::infinity()));
  }
  template <class Vector>
  Vector derivative(Vector, const Position<Vector>& at) const {
    return select(mask.sees(at), Vector(1), Vector(0));
  }
  constexpr bool hides(Region region) const { return mask.hides(region); }
};
}  // namespace rules

/// Scores with those that the mask hides set to -infinity: `mask<Causal>(scores)` or `mask(scores, Causal{})`.
/// A mask is a struct with sees(Position), true lane by lane where a query sees a key, and hides(Region).
template <Operand X, class Mask>
constexpr auto mask(X&& x, Mask with) {
  if constexpr (std::is_same_v<Mask, Unmasked>) {
    return as_expression(std::forward<X>(x));
  } else {
    return elementwise<rules::Masked<Mask>>(std::forward<X>(x), rules::Masked<Mask>{with});
  }
}
template <class Mask, Operand X>
constexpr auto mask(X&& x) {
  return mask(std::forward<X>(x), Mask{});
}

}  // namespace transfix::inline TRANSFIX_ABI
