// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/shape.hpp>
#include <transfix/expression/mask.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <class Vector>
TRANSFIX_INLINE Vector number(Index index) {
  return Vector(static_cast<simd::ScalarOf<Vector>>(index));
}
}  // namespace detail

/// Only the first `length` keys are seen: the rest is padding.
struct KeyPadding {
  Index length = 0;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return at.columns < detail::number<Vector>(length);
  }
  constexpr bool hides(Region region) const { return region.first_column >= length; }
};

/// The same for sequences that are worked on together.
template <Index Sequences>
struct KeyPaddings {
  std::array<Index, static_cast<std::size_t>(Sequences)> lengths;
  constexpr KeyPadding of(Index sequence) const { return {lengths[static_cast<std::size_t>(sequence)]}; }
};

/// A query sees itself and the `width - 1` keys before it (Beltagy et al. 2020; Mistral).
struct SlidingWindow {
  Index width = 1;
  Index offset = 0;  ///< as in Causal
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return (at.columns <= detail::number<Vector>(at.row + offset)) &&
           (at.columns > detail::number<Vector>(at.row + offset - width));
  }
  constexpr bool hides(Region region) const {
    return region.first_column > region.last_row + offset || region.last_column <= region.first_row + offset - width;
  }
};

/// The first `length` keys are seen by all, the others causally (Raffel et al. 2020).
struct Prefix {
  Index length = 0;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return (at.columns <= detail::number<Vector>(at.row)) || (at.columns < detail::number<Vector>(length));
  }
  constexpr bool hides(Region region) const {
    return region.first_column > region.last_row && region.first_column >= length;
  }
};

/// Tokens see only tokens of their own document: `documents` holds the number of the document of each place, for
/// sequences that were packed together. Queries and keys are the same places.
struct SameDocument {
  const Token* documents = nullptr;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    using Scalar = simd::ScalarOf<Vector>;
    std::array<Scalar, Vector::size> of_keys;
    for (std::size_t lane = 0; lane < Vector::size; ++lane) {
      of_keys[lane] = static_cast<Scalar>(documents[at.first_column + static_cast<Index>(lane)]);
    }
    return simd::load<Vector>(of_keys.data()) == Vector(static_cast<Scalar>(documents[at.row]));
  }
  static constexpr bool hides(Region) { return false; }
};

/// What both masks see.
template <class First, class Second>
struct Both {
  [[no_unique_address]] First first;
  [[no_unique_address]] Second second;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return first.sees(at) && second.sees(at);
  }
  constexpr bool hides(Region region) const { return first.hides(region) || second.hides(region); }
};

/// What either mask sees.
template <class First, class Second>
struct Either {
  [[no_unique_address]] First first;
  [[no_unique_address]] Second second;
  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    return first.sees(at) || second.sees(at);
  }
  constexpr bool hides(Region region) const { return first.hides(region) && second.hides(region); }
};

}  // namespace transfix::inline TRANSFIX_ABI
