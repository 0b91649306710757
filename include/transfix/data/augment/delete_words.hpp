// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/augment/sequence.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Takes each word away with the probability `share` (random deletion, Wei & Zou 2019). Where it would take all of
/// them, one chosen at random stays.
struct DeleteWords {
  double share = 0;

  static constexpr bool moves = true;
  void check() const { check_share("DeleteWords", share); }

  template <class Element>
  void operator()(Sequence<Element>& sequence, Random& random) const {
    if (share == 0) return;
    const Random same = random;  // the numbers are drawn twice: to see whether a word is left, and to delete
    Index words = 0, left = 0;
    for (Index place = 0; place < sequence.length; ++place) {
      if (!sequence.is_word(place)) continue;
      ++words;
      left += random.uniform() >= share;
    }
    if (words == 0) return;
    const Index survivor = left > 0 ? -1 : random.below(words);
    Random again = same;
    Index number = 0;
    sequence.remove_if([&](Index place) {
      if (!sequence.is_word(place)) return false;
      const bool is_survivor = number++ == survivor;
      return again.uniform() < share && !is_survivor;
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
