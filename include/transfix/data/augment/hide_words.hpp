// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/data/augment/sequence.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Hides the first token of each word, the word itself, behind the unknown one with the probability `share`; its other
/// parts (text/word_parts.hpp) stay, so that a model learns to tell something by the parts of words it does not know.
struct HideWords {
  double share = 0;
  Token unknown = 0;

  static constexpr bool moves = false;
  void check() const { check_share("HideWords", share); }
  template <class Word>
  void operator()(Sequence<Word>& sequence, Random& random) const {
    if (share == 0) return;
    for (Index place = 0; place < sequence.length; ++place) {
      if (sequence.is_word(place) && random.uniform() < share) sequence[place].front() = unknown;
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
