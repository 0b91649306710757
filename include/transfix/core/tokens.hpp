// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// A view of `Length` tokens that somebody else keeps: the input of a model, or its targets. With more `Sequences`
/// than one, as many of them that a model works on together (core/together.hpp).
template <Index Length, Index Sequences = 1>
struct Tokens {
  static constexpr Index length = Length, sequences = Sequences;
  std::array<const Token*, static_cast<std::size_t>(Sequences)> data;
  constexpr Token operator[](Index place) const {
    return data[static_cast<std::size_t>(place / Length)][place % Length];
  }
};

template <Index Length>
struct Tokens<Length, 1> {
  static_assert(Length > 0, "a row of tokens has at least one token");
  static constexpr Index length = Length, sequences = 1;
  const Token* data;
  constexpr Token operator[](Index position) const { return data[position]; }
};

}  // namespace transfix::inline TRANSFIX_ABI
