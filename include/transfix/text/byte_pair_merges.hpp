// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <transfix/core/shape.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// Two neighbouring tokens that become one.
struct Merge {
  Token left, right, result;
  friend bool operator==(const Merge&, const Merge&) = default;
};

namespace detail {
constexpr std::uint64_t pair_key(Token left, Token right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

/// Tokens in a row of which neighbours are joined; none is ever moved.
class TokenChain {
 public:
  static constexpr Index none = -1;

  void clear() { links_.clear(); }
  Index size() const { return std::ssize(links_); }

  /// Adds a token at the end; the first one of a word has nothing before it.
  void add(Token token, bool starts_word) {
    links_.push_back({token, starts_word ? none : size() - 1, none});
    if (!starts_word) at(size() - 2).next = size() - 1;
  }
  Token token(Index place) const { return at(place).token; }
  Index previous(Index place) const { return at(place).previous; }
  Index next(Index place) const { return at(place).next; }
  bool holds(Index place, const Merge& merge) const {
    return token(place) == merge.left && next(place) != none && token(next(place)) == merge.right;
  }

  /// The token at `place` and the next one become one token at `place`.
  void join(Index place, Token result) {
    Link& right = at(next(place));
    right.token = none;
    at(place).token = result;
    at(place).next = right.next;
    if (right.next != none) at(right.next).previous = place;
  }

 private:
  struct Link {
    Token token;
    Index previous, next;
  };
  Link& at(Index place) { return links_[static_cast<std::size_t>(place)]; }
  const Link& at(Index place) const { return links_[static_cast<std::size_t>(place)]; }

  std::vector<Link> links_;
};
}  // namespace detail

/// The merges of a byte-pair encoding, the ones that come first in front.
class MergeTable {
 public:
  /// Adds a merge of the lowest rank; false where the pair has one already.
  bool add(const Merge& merge) {
    const bool added = ranks_.try_emplace(detail::pair_key(merge.left, merge.right), std::ssize(merges_)).second;
    if (added) merges_.push_back(merge);
    return added;
  }
  std::span<const Merge> merges() const { return merges_; }

  /// The place of a pair among the merges, or -1.
  Index rank(Token left, Token right) const {
    const auto place = ranks_.find(detail::pair_key(left, right));
    return place == ranks_.end() ? -1 : place->second;
  }

 private:
  std::vector<Merge> merges_;
  std::unordered_map<std::uint64_t, Index> ranks_;
};

/// Merges the tokens of words; keeps its memory from word to word.
class WordMerger {
 public:
  explicit WordMerger(const MergeTable& table) : table_(table) {}

  /// Again and again merges all occurrences of the pair of the best rank, from left to right, and adds the
  /// tokens that remain to `out`. Takes n log n steps for n tokens.
  void append(std::span<const Token> word, std::vector<Token>& out) {
    chain_.clear();
    for (const Token token : word) chain_.add(token, chain_.size() == 0);
    for (Index place = 0; place < chain_.size(); ++place) offer(place);
    while (!candidates_.empty()) {
      const Index rank = candidates_.top().first;
      const Merge& merge = table_.merges()[static_cast<std::size_t>(rank)];
      merged_.clear();
      for (; !candidates_.empty() && candidates_.top().first == rank; candidates_.pop()) {
        const Index place = candidates_.top().second;
        if (!chain_.holds(place, merge)) continue;  // a neighbour was merged before
        chain_.join(place, merge.result);
        merged_.push_back(place);
      }
      for (const Index place : merged_) {
        if (chain_.previous(place) != chain_.none) offer(chain_.previous(place));
        offer(place);
      }
    }
    for (Index place = 0; place != chain_.none && place < chain_.size(); place = chain_.next(place)) {
      out.push_back(chain_.token(place));
    }
  }

 private:
  using Candidate = std::pair<Index, Index>;  // rank, place

  void offer(Index place) {
    const Index next = chain_.next(place);
    if (next == chain_.none) return;
    const Index rank = table_.rank(chain_.token(place), chain_.token(next));
    if (rank >= 0) candidates_.emplace(rank, place);
  }

  const MergeTable& table_;
  detail::TokenChain chain_;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates_;
  std::vector<Index> merged_;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
