// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <transfix/core/tokens.hpp>
#include <transfix/data/token_file.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// An example that holds its own tokens, 2 * Context of them in the object itself. So threads that read examples
/// share nothing, and no memory is taken from the heap. `input` and `target` are good as long as the example lives.
template <Index Context>
class OwnedWindow {
  std::array<Token, static_cast<std::size_t>(Context)> inputs_, targets_;

 public:
  using Input = Tokens<Context>;
  using Target = Tokens<Context>;
  Input input{inputs_.data()};
  Target target{targets_.data()};

  /// From a window of a file; the first `repeated` targets become -1, which a loss leaves out.
  OwnedWindow(const TokenFile& file, Index start, Index repeated) {
    file.read(start, inputs_);
    std::copy(inputs_.begin() + 1, inputs_.end(), targets_.begin());
    targets_.back() = file[start + Context];
    std::fill_n(targets_.begin(), repeated, Token{-1});
  }
  OwnedWindow(const OwnedWindow& other) : inputs_(other.inputs_), targets_(other.targets_) {}
  OwnedWindow& operator=(const OwnedWindow& other) {
    inputs_ = other.inputs_;
    targets_ = other.targets_;
    return *this;
  }
};

/// Windows of a token file whose targets are the next tokens, as a data set that any number of threads may read at
/// once: an example is a copy of its tokens (see OwnedWindow). The file must outlive the windows.
template <Index Context>
class TokenFileWindows {
 public:
  using Example = OwnedWindow<Context>;

  /// Windows begin at every offset that is a multiple of `stride`; the last one always ends with the file. What it
  /// then shares with the window before has target -1, so that no target is in more windows than with that stride.
  explicit TokenFileWindows(const TokenFile& file, Index stride = 1) : file_(&file), stride_(stride) {
    if (stride < 1 || stride > Context) {
      fail("windows with a stride of ", stride, " over a token file; choose 1 to ", Context, ", the context");
    }
    if (file.size() < Context + 1) {
      fail(file.path().string(), ": the file has ", file.size(), " tokens; windows of context ", Context,
           " need at least ", Context + 1, ": give a longer file, or a smaller context");
    }
  }
  explicit TokenFileWindows(const TokenFile&&, Index = 1) = delete;  // would not outlive the windows

  Index size() const { return 1 + (last_start() + stride_ - 1) / stride_; }
  Example example(Index number) const {
    if (number < 0 || number >= size()) {
      fail(file_->path().string(), ": there is no window ", number, " among ", size());
    }
    const Index start = std::min(number * stride_, last_start());
    return {*file_, start, number * stride_ - start};
  }
  /// The vocabulary of a model of this text must be larger than this.
  Token largest_token() const { return file_->largest_token(); }

  /// As few windows as have every target exactly once: what to measure the loss of a text over.
  TokenFileWindows each_once() const { return TokenFileWindows(*file_, Context); }

 private:
  Index last_start() const { return file_->size() - 1 - Context; }

  const TokenFile* file_;
  Index stride_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
