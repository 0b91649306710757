// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/augment/sequence.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Puts `unknown` in the place of each word with the probability `share` (word dropout; Iyyer et al. 2015, Bowman et
/// al. 2016), so that a model learns to do without a word and what an unknown one means.
///
///   data::DropWords{.share = 0.1, .unknown = vocabulary.token("[UNK]")}
template <class Element = Token>
struct DropWords {
  double share = 0;
  Element unknown = {};

  static constexpr bool moves = false;
  void check() const { check_share("DropWords", share); }

  void operator()(Sequence<Element>& sequence, Random& random) const {
    if (share == 0) return;
    for (Index place = 0; place < sequence.length; ++place) {
      if (sequence.is_word(place) && random.uniform() < share) sequence[place] = unknown;
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
