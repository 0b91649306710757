// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/data/example.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Windows side by side over a text of n tokens: each of the tokens 1 .. n - 1 is a target exactly once.
/// The last window ends with the text; what it shares with the window before has target -1, which a
/// loss leaves out. The text must outlive the windows, and the windows their examples.
template <Index Context>
class WindowsSideBySide {
 public:
  using Example = data::Example<Tokens<Context>, Tokens<Context>>;

  WindowsSideBySide(std::span<const Token> tokens, Token largest_token)
      : tokens_(tokens), largest_token_(largest_token), last_targets_(tokens.end() - Context, tokens.end()) {
    const Index targets_before = (size() - 1) * Context;
    const Index last_start = std::ssize(tokens) - 1 - Context;
    std::fill_n(last_targets_.begin(), targets_before - last_start, Token{-1});
  }

  Index size() const { return (std::ssize(tokens_) - 1 + Context - 1) / Context; }
  Example example(Index number) const {
    if (number == size() - 1) return {{tokens_.data() + tokens_.size() - 1 - Context}, {last_targets_.data()}};
    const Token* start = tokens_.data() + number * Context;
    return {{start}, {start + 1}};
  }
  Token largest_token() const { return largest_token_; }

 private:
  std::span<const Token> tokens_;
  Token largest_token_;
  std::vector<Token> last_targets_;
};

/// The windows of a text at every offset; the target of a token is the token after it.
/// The text must outlive the windows and their examples.
template <Index Context>
class NextTokenWindows {
 public:
  using Example = data::Example<Tokens<Context>, Tokens<Context>>;

  explicit NextTokenWindows(std::span<const Token> tokens) : tokens_(tokens) {
    if (std::ssize(tokens) < Context + 1) {
      fail("a text, or a part of one, has ", tokens.size(), " tokens; windows of context ", Context, " need at least ",
           Context + 1, ": give a longer text, a larger share of it, or a smaller context");
    }
    const auto [least, greatest] = std::minmax_element(tokens.begin(), tokens.end());
    if (*least < 0) {
      fail("token ", least - tokens.begin(), " of the text is ", *least, "; tokens are numbered from 0");
    }
    largest_token_ = *greatest;
  }

  Index size() const { return std::ssize(tokens_) - Context; }
  Example example(Index offset) const {
    const Token* start = tokens_.data() + offset;
    return {{start}, {start + 1}};
  }
  /// The vocabulary of a model of this text must be larger than this.
  Token largest_token() const { return largest_token_; }

  /// As few windows as have every target exactly once: what to measure the loss of a text over.
  WindowsSideBySide<Context> each_once() const { return {tokens_, largest_token_}; }

 private:
  std::span<const Token> tokens_;
  Token largest_token_ = 0;
};

template <Index Context>
NextTokenWindows<Context> next_token_windows(std::span<const Token> tokens) {
  return NextTokenWindows<Context>(tokens);
}
template <Index Context>
NextTokenWindows<Context> next_token_windows(const std::vector<Token>& tokens) {
  return NextTokenWindows<Context>(tokens);
}
/// Windows of a temporary would outlive its tokens: give the tokens a name first.
template <Index Context>
NextTokenWindows<Context> next_token_windows(const std::vector<Token>&& tokens) = delete;

}  // namespace transfix::inline TRANSFIX_ABI::data
