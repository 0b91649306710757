// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <transfix/data/augment/sequence.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// Hides words for a model to guess, as in BERT (Devlin et al. 2019): of n words round(share n) are chosen, and at
/// least one; of these 80 % become the mask, 10 % another word and 10 % stay. Targets are the words that stood there,
/// and -1 at all other places, which a loss leaves out. A share of 0.15 is BERT's.
///
///   data::MaskWords{.share = 0.15, .mask = vocabulary.token("[MASK]"), .vocabulary = vocabulary.size()}
struct MaskWords {
  double share = 0;
  Token mask = 0;
  Index vocabulary = 0;  ///< other words are drawn from 0 .. vocabulary - 1, without the untouched ones and the mask
  double masked = 0.8, replaced = 0.1;

  static constexpr bool moves = false, sets_targets = true;
  void check() const {
    check_share("MaskWords", share);
    check_share("MaskWords, .masked", masked);
    check_share("MaskWords, .replaced", replaced);
    check_share("MaskWords, .masked and .replaced together", masked + replaced);
    if (share > 0 && vocabulary < 1) fail("MaskWords: give the number of all words as .vocabulary");
  }

  void operator()(Sequence<Token>& sequence, Random& random) const {
    if (share == 0) return;
    if (sequence.targets == nullptr) fail("MaskWords: the sequence has no targets, one for each place, to write to");
    Index words = sequence.count_words();
    Index wanted = std::max(static_cast<Index>(std::lround(share * static_cast<double>(words))), Index{1});
    for (Index place = 0; place < std::ssize(sequence.places); ++place) {
      sequence.targets[place] = -1;
      if (place >= sequence.length || !sequence.is_word(place)) continue;
      if (random.below(words--) >= wanted) continue;  // each choice of so many places is as likely as any other
      --wanted;
      sequence.targets[place] = sequence[place];
      sequence[place] = hidden(sequence, sequence[place], random);
    }
  }

 private:
  Token hidden(const Sequence<Token>& sequence, Token word, Random& random) const {
    const double kind = random.uniform();
    if (kind < masked) return mask;
    if (kind >= masked + replaced) return word;
    const auto& special = sequence.untouched;
    for (int attempt = 0; attempt < 1000; ++attempt) {
      const auto other = static_cast<Token>(random.below(vocabulary));
      if (other != mask && other != word && std::find(special.begin(), special.end(), other) == special.end())
        return other;
    }
    fail("MaskWords: the vocabulary of ", vocabulary, " has hardly a word that is not special; check .vocabulary");
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::data
