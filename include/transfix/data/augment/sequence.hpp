// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/random.hpp>
#include <utility>
#include <vector>

// A change for augmentation is a struct with
//   void operator()(Sequence<Element>& sequence, Random& random) const    changes the sequence in place
//   void check() const                                                    fails where its settings make no sense
//   static constexpr bool moves                                           words go to other places, or away
// Elements are tokens, words, or whatever else stands for a word in a program. A change whose share is 0, as by
// default, does nothing.

namespace transfix::inline TRANSFIX_ABI::data {

/// A sequence that is being changed: the first `length` of its places count, padding fills the others.
template <class Element>
struct Sequence {
  std::span<Element> places;
  Index length = std::ssize(places);
  Element padding = {};
  std::span<const Element> untouched = {};  ///< special elements, which stay what and where they are
  Token* segments = nullptr;                ///< one for each place, or none
  Token* targets = nullptr;                 ///< one for each place, or none

  Element& operator[](Index place) const { return places[static_cast<std::size_t>(place)]; }

  /// Whether a word stands at a place, which may be changed.
  bool is_word(Index place) const {
    return std::find(untouched.begin(), untouched.end(), (*this)[place]) == untouched.end();
  }
  Index count_words() const {
    Index words = 0;
    for (Index place = 0; place < length; ++place) words += is_word(place);
    return words;
  }

  /// Lets two places change their elements, and what belongs to them.
  void swap(Index a, Index b) const {
    std::swap((*this)[a], (*this)[b]);
    if (segments != nullptr) std::swap(segments[a], segments[b]);
    if (targets != nullptr) std::swap(targets[a], targets[b]);
  }

  /// Takes away those places for which removed(place) is true, and what belongs to them; the function is called once
  /// for each place, in order.
  void remove_if(auto&& removed) {
    Index kept = 0;
    for (Index place = 0; place < length; ++place) {
      if (!removed(place)) swap(kept++, place);
    }
    for (Index place = kept; place < length; ++place) {
      (*this)[place] = padding;
      if (segments != nullptr) segments[place] = 0;
      if (targets != nullptr) targets[place] = -1;
    }
    length = kept;
  }
};

/// Changes a list of words, or of tokens, in the order of the changes: what an augmented data set of one's own calls
/// in its example(number, random).
template <class Element, class... Changes>
void change(std::vector<Element>& words, Random& random, const Changes&... changes) {
  Sequence<Element> sequence{words};
  (changes(sequence, random), ...);
  words.resize(static_cast<std::size_t>(sequence.length));
}

/// Fails where a share is not in 0 .. 1.
inline void check_share(const char* name, double share) {
  if (share >= 0 && share <= 1) return;
  fail(name, ": the share is ", std::to_string(share), "; it must be 0, which changes nothing, or more, and at most 1");
}

}  // namespace transfix::inline TRANSFIX_ABI::data
