// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/text/byte_pair_merges.hpp>
#include <transfix/text/text_map.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Learns the merges of a byte-pair encoding (Sennrich et al. 2016) from counted words, over tokens of which
/// 0 .. 255 are the bytes. The most frequent pair is merged next; of equally frequent ones that of the smaller
/// left token, then of the smaller right one. Counts are kept up to date place by place, so that each merge
/// costs only as much as it changes.
class BytePairTraining {
 public:
  explicit BytePairTraining(const TextMap<Index>& words) {
    for (const auto& [word, count] : words) {
      for (const char& byte : word) {
        chain_.add(static_cast<unsigned char>(byte), &byte == word.data());
        counts_.push_back(count);
        if (&byte != word.data()) change(chain_.size() - 2, 1);
      }
    }
    offer_changed();
    for (int byte = 0; byte < 256; ++byte) tokens_.emplace_back(1, static_cast<char>(byte));
  }

  /// Merges until there are `size` tokens, or no pair occurs at all and at least `minimum_count` times.
  void run(Index size, Index minimum_count) {
    while (std::ssize(tokens_) < size && !candidates_.empty()) {
      const Candidate best = candidates_.top();
      candidates_.pop();
      Pair& pair = pairs_.at(best.key);
      if (pair.count < std::max(minimum_count, Index{1})) continue;
      if (pair.count != best.count) {
        candidates_.push({pair.count, best.key});
      } else {
        merge(best.left(), best.right(), std::exchange(pair.places, {}));
      }
    }
  }

  const MergeTable& table() const { return table_; }

  /// The bytes of each token.
  const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  struct Pair {
    Index count = 0;
    std::vector<Index> places;  // of the left token; some may hold other tokens by now
  };
  struct Candidate {
    Index count;
    std::uint64_t key;
    Token left() const { return static_cast<Token>(key >> 32); }
    Token right() const { return static_cast<Token>(key & 0xFFFFFFFFu); }
    bool operator<(const Candidate& other) const {
      return count != other.count ? count < other.count : key > other.key;
    }
  };

  void merge(Token left, Token right, const std::vector<Index>& places) {
    // The bytes are new: between the borders of a token merges go as in its bytes alone, so that no two pairs
    // make the same bytes.
    const Merge merge{left, right, static_cast<Token>(tokens_.size())};
    tokens_.push_back(tokens_[index(left)] + tokens_[index(right)]);
    table_.add(merge);
    for (const Index place : places) {  // ascending: all were found in one pass
      if (!chain_.holds(place, merge)) continue;
      change_around(place, -1);
      chain_.join(place, merge.result);
      change_around(place, 1);
    }
    offer_changed();
  }

  /// Counts the pairs that the token at `place` is part of, and the next pair where that one is about to go.
  void change_around(Index place, Index sign) {
    if (chain_.previous(place) != chain_.none) change(chain_.previous(place), sign);
    if (chain_.next(place) == chain_.none) return;
    change(place, sign);
    if (sign < 0 && chain_.next(chain_.next(place)) != chain_.none) change(chain_.next(place), sign);
  }

  void change(Index place, Index sign) {
    const std::uint64_t key = detail::pair_key(chain_.token(place), chain_.token(chain_.next(place)));
    Pair& pair = pairs_[key];
    pair.count += sign * counts_[index(place)];
    if (sign < 0) return;
    pair.places.push_back(place);
    changed_.push_back(key);
  }

  /// Each pair has a candidate of at least its count; one of a higher count is corrected when it comes up.
  void offer_changed() {
    std::sort(changed_.begin(), changed_.end());
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    for (const std::uint64_t key : changed_) candidates_.push({pairs_.at(key).count, key});
    changed_.clear();
  }

  template <class Number>
  static std::size_t index(Number number) {
    return static_cast<std::size_t>(number);
  }

  detail::TokenChain chain_;
  std::vector<Index> counts_;  // how often the word of each place occurs
  std::unordered_map<std::uint64_t, Pair> pairs_;
  std::vector<std::uint64_t> changed_;
  std::priority_queue<Candidate> candidates_;
  MergeTable table_;
  std::vector<std::string> tokens_;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
