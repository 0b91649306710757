// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/data/example.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Short documents packed into few examples of `Context` places, so that hardly any place is padding. A document of n
/// tokens takes n - 1 places, each with the token after it as its target; none has the first token of another document
/// as its target, nor has padding one (-1). Longer documents are cut into pieces that share a token, so that each of
/// their tokens but the first is a target exactly once. Packed by best fit, the longest first: a pure function of the
/// documents.
///
/// A model may attend across the documents of an example, as GPT-2 does; documents(number) is what the mask
/// SameDocument takes where it should not.
template <Index Context>
class Packed {
 public:
  using Example = data::Example<Tokens<Context>, Tokens<Context>>;

  /// `padding`: the token that stands where an example has room left; no target is affected by it.
  explicit Packed(std::span<const std::vector<Token>> documents, Token padding = 0) : largest_token_(padding) {
    for (std::size_t number = 0; number < documents.size(); ++number) {
      for (const Token token : documents[number]) {
        if (token < 0) fail("document ", number, " has the token ", token, "; tokens are numbered from 0");
        largest_token_ = std::max(largest_token_, token);
      }
    }
    if (padding < 0) fail("the padding of packed documents is ", padding, "; give a token of the vocabulary");
    const auto pieces = pieces_of(documents);
    if (pieces.empty()) fail("there is no document of two tokens or more to pack: a target is the token after another");
    std::set<std::pair<Index, Index>> rooms;  // what is left in which example
    for (const auto& piece : pieces) {
      const Index length = std::ssize(piece) - 1;
      auto room = rooms.lower_bound({length, 0});
      if (room == rooms.end()) {
        room = rooms.insert({Context, size()}).first;
        rows_.push_back(Row(padding));
      }
      const auto [left, number] = *room;
      rooms.erase(room);
      rows_[static_cast<std::size_t>(number)].add(piece, Context - left);
      if (left > length) rooms.insert({left - length, number});
      targets_ += length;
    }
  }

  Index size() const { return std::ssize(rows_); }
  Example example(Index number) const {
    const Row& row = rows_[static_cast<std::size_t>(number)];
    return {{row.tokens.data()}, {row.targets.data()}};
  }
  /// For each place of an example the number of its document there; padding is a document of its own.
  const Token* documents(Index number) const { return rows_[static_cast<std::size_t>(number)].documents.data(); }
  /// How many places have a target, of size() * Context.
  Index targets() const { return targets_; }
  /// The vocabulary of a model of these documents must be larger than this.
  Token largest_token() const { return largest_token_; }

 private:
  using Places = std::array<Token, static_cast<std::size_t>(Context)>;
  using Piece = std::span<const Token>;

  struct Row {
    Places tokens, targets, documents;
    Token count = 0;

    explicit Row(Token padding) {
      tokens.fill(padding);
      targets.fill(-1);
      documents.fill(-1);
    }
    void add(Piece piece, Index place) {
      std::copy(piece.begin(), piece.end() - 1, tokens.begin() + place);
      std::copy(piece.begin() + 1, piece.end(), targets.begin() + place);
      std::fill_n(documents.begin() + place, std::ssize(piece) - 1, count++);
    }
  };

  static std::vector<Piece> pieces_of(std::span<const std::vector<Token>> documents) {
    std::vector<Piece> pieces;
    for (const Piece document : documents) {
      for (Index start = 0; start + 1 < std::ssize(document); start += Context) {
        const Index length = std::min(Context + 1, std::ssize(document) - start);
        pieces.push_back(document.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(length)));
      }
    }
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& left, const Piece& right) { return left.size() > right.size(); });
    return pieces;
  }

  std::vector<Row> rows_;
  Index targets_ = 0;
  Token largest_token_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
