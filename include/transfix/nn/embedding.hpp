// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/lookup.hpp>
#include <transfix/nn/initialize.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// A vector for every entry of a vocabulary: [Length] tokens -> [Length, Width]. weight: [Vocabulary, Width], normal.
template <Index Vocabulary, Index Width, class Scalar = float>
struct Embedding {
  Parameter<Shape<Vocabulary, Width>, Scalar> weight;

  template <Index Length, Index Sequences>
  constexpr auto operator()(Tokens<Length, Sequences> tokens) const {
    return lookup(weight, tokens);
  }
};

/// A learned vector for every place of a sequence: rows first .. first + Length - 1 of weight: [Context, Width].
template <Index Context, Index Width, class Scalar = float>
struct LearnedPositions {
  Parameter<Shape<Context, Width>, Scalar> weight;

  template <Index Length>
  constexpr auto rows(Index first = 0) const {
    static_assert(Length <= Context, "the sequence is longer than the table of positions");
    return rows_of<Length>(weight, first);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
