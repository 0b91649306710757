// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

enum class Side { left, right };

/// The token that stands nowhere: leave out what it is given for.
inline constexpr Token no_token = -1;

/// How sequences are brought to one length.
struct SequenceFormat {
  Token padding = 0;          ///< fills what is left over; it may be no_token (a loss leaves such targets out)
  Token begin = no_token;     ///< before the sequence; BERT's [CLS]
  Token end = no_token;       ///< after each sequence of one or two; BERT's [SEP]
  Side padded = Side::right;  ///< where padding goes
  Side cut = Side::right;     ///< where tokens are left out of a sequence that is too long
};

namespace detail {
inline std::span<const Token> cut_to(std::span<const Token> tokens, Index length, Side side) {
  const auto kept = static_cast<std::size_t>(std::min(length, std::ssize(tokens)));
  return side == Side::right ? tokens.first(kept) : tokens.last(kept);
}

/// Room for text beside `marks` begin and end tokens.
inline Index room_for(std::span<const Token> buffer, Index marks) {
  if (std::ssize(buffer) < marks) {
    fail("a sequence of length ", buffer.size(), " has no room for its ", marks,
         " begin and end tokens; make it longer");
  }
  return std::ssize(buffer) - marks;
}

/// Writes tokens one after the other.
struct Writer {
  Token* next;
  void put(Token token) {
    if (token != no_token) *next++ = token;
  }
  void put(std::span<const Token> tokens) { next = std::copy(tokens.begin(), tokens.end(), next); }
};
}  // namespace detail

/// Fills `out` with begin, the tokens, end and padding; of too many tokens those at the side `cut` are left out.
/// Returns how many places count, which are no padding: the first ones, or the last where padding is on the left.
inline Index fill_sequence(std::span<const Token> tokens, std::span<Token> out, const SequenceFormat& format = {}) {
  const bool begins = format.begin != no_token, ends = format.end != no_token;
  const auto kept = detail::cut_to(tokens, detail::room_for(out, Index{begins} + Index{ends}), format.cut);
  const Index length = std::ssize(kept) + Index{begins} + Index{ends};
  std::fill(out.begin(), out.end(), format.padding);
  detail::Writer writer{out.data() + (format.padded == Side::left ? std::ssize(out) - length : 0)};
  writer.put(format.begin);
  writer.put(kept);
  writer.put(format.end);
  return length;
}

/// Fills `out` with begin, first, end, second, end and padding (Devlin et al. 2019: [CLS] first [SEP] second [SEP]),
/// and `segments` with 0 up to the first end, 1 up to the second, and 0 for padding. While both are too long
/// together, the longer one is cut by a token, or the second one where they are equally long.
/// Returns how many places count.
inline Index fill_pair(std::span<const Token> first, std::span<const Token> second, std::span<Token> out,
                       std::span<Token> segments, const SequenceFormat& format) {
  if (segments.size() != out.size()) {
    fail("the segments have ", segments.size(), " places and the tokens ", out.size(), "; give them one length");
  }
  const bool begins = format.begin != no_token, ends = format.end != no_token;
  const Index room = detail::room_for(out, Index{begins} + 2 * Index{ends});
  const Index kept_second = std::min(std::ssize(second), std::max(room / 2, room - std::ssize(first)));
  second = detail::cut_to(second, kept_second, format.cut);
  first = detail::cut_to(first, room - kept_second, format.cut);
  const Index length_first = std::ssize(first) + Index{begins} + Index{ends};
  const Index length = length_first + kept_second + Index{ends};

  const Index start = format.padded == Side::left ? std::ssize(out) - length : 0;
  std::fill(out.begin(), out.end(), format.padding);
  std::fill(segments.begin(), segments.end(), Token{0});
  std::fill_n(segments.begin() + start + length_first, length - length_first, Token{1});
  detail::Writer writer{out.data() + start};
  writer.put(format.begin);
  writer.put(first);
  writer.put(format.end);
  writer.put(second);
  writer.put(format.end);
  return length;
}

}  // namespace transfix::inline TRANSFIX_ABI::text
