// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// A view of `Length` tokens that somebody else keeps: the input of a model, or its targets.
template <Index Length>
struct Tokens {
  static_assert(Length > 0, "a row of tokens has at least one token");
  static constexpr Index length = Length;
  const Token* data;
  constexpr Token operator[](Index position) const { return data[position]; }
};

}  // namespace transfix::inline TRANSFIX_ABI
