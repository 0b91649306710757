// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/augment/sequence.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Lets each word, with the probability `share`, change places with another one chosen at random (random swap, Wei &
/// Zou 2019). Both are of one stretch between special elements, so that no word goes from one sentence of a pair to the
/// other.
struct SwapWords {
  double share = 0;

  static constexpr bool moves = true;
  void check() const { check_share("SwapWords", share); }

  template <class Element>
  void operator()(Sequence<Element>& sequence, Random& random) const {
    if (share == 0) return;
    for (Index begin = 0; begin < sequence.length;) {
      Index end = begin;
      while (end < sequence.length && sequence.is_word(end)) ++end;
      for (Index place = begin; place < end && end - begin > 1; ++place) {
        if (random.uniform() >= share) continue;
        const Index other = begin + random.below(end - begin - 1);
        sequence.swap(place, other < place ? other : other + 1);
      }
      begin = end + 1;
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
