// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <transfix/core/random.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/text/sequence.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// How spans of a text are hidden.
struct SpanFormat {
  std::vector<Token> sentinels;  ///< stand for the spans, the first one for the first span
  double share = 0.15;           ///< of the tokens that are hidden
  double mean_length = 3;        ///< of the spans
  Token padding = 0;
  Token begin = 0;             ///< before what the decoder reads; T5 takes the padding for it
  Token end = text::no_token;  ///< after source and target
};

namespace detail {
/// Cuts items into parts of at least one each, every way to do so equally likely.
struct RandomParts {
  Index items, parts;
  Index next(Random& random) {
    Index length = 1;
    for (--items; items > 0 && random.below(items) >= parts - 1; --items) ++length;
    --parts;
    return length;
  }
};

/// How much of a text of `length` tokens is hidden, in how many spans.
struct HiddenSpans {
  Index hidden, spans;
  HiddenSpans(Index length, const SpanFormat& format)
      : hidden(std::clamp(std::lround(format.share * static_cast<double>(length)), 1L, static_cast<long>(length - 1))),
        spans(std::clamp(std::lround(static_cast<double>(hidden) / format.mean_length), 1L,
                         static_cast<long>(std::min(hidden, length - hidden)))) {}
};
}  // namespace detail

/// Span corruption, on which T5 is pretrained (Raffel et al. 2020): spans of a text are hidden, each behind a sentinel,
/// and an encoder-decoder is to tell what stood there.
///   text     Thank you for inviting me to your party last week
///   source   Thank you <0> me to your party <1> week <end>
///   target   <0> for inviting <1> last <end>
/// round(share n) of the n tokens of a text are hidden, at least one and not all, in spans of at least one token;
/// source and target have the same length for every draw. Input is that of an encoder-decoder, models::SourceAndTarget
/// or its padded form. Texts are without special tokens, have at least two tokens each, and must outlive this. Training
/// draws other spans in each step; evaluation always the same ones, by the seed.
///
///   const data::SpanCorruption<Model::Input> training(texts, {.sentinels = {100, 101, 102}, .end = 1});
template <class InputOfModel>
class SpanCorruption {
 public:
  static constexpr Index source_places = decltype(InputOfModel::source)::length;
  static constexpr Index target_places = decltype(InputOfModel::target)::length;

  /// A corrupted text with memory of its own; it stays where it is made.
  class Example {
    std::array<Token, static_cast<std::size_t>(source_places)> source_;
    std::array<Token, static_cast<std::size_t>(target_places)> read_, told_;

   public:
    InputOfModel input;
    Tokens<target_places> target;

    Example(std::span<const Token> text, const SpanFormat& format, Random& random)
        : input{.source = {source_.data()}, .target = {read_.data()}}, target{told_.data()} {
      const detail::HiddenSpans parts(std::ssize(text), format);
      detail::RandomParts shown{std::ssize(text) - parts.hidden, parts.spans}, hidden{parts.hidden, parts.spans};
      source_.fill(format.padding);
      told_.fill(-1);
      text::detail::Writer source{source_.data()}, told{told_.data()};
      for (Index span = 0; span < parts.spans; ++span) {
        const Token sentinel = format.sentinels[static_cast<std::size_t>(span)];
        source.put(take(text, shown.next(random)));
        source.put(sentinel);
        told.put(sentinel);
        told.put(take(text, hidden.next(random)));
      }
      source.put(format.end);
      told.put(format.end);
      input.source_length = source.next - source_.data();
      if constexpr (requires { input.length; }) {
        input.length = std::max(input.source_length, static_cast<Index>(told.next - told_.data()));
      }
      // The decoder reads what it has told so far.
      read_.fill(format.padding);
      read_[0] = format.begin;
      std::copy(told_.data(), std::min(told.next, told_.data() + target_places - 1), read_.data() + 1);
    }
    Example(const Example&) = delete;
    Example& operator=(const Example&) = delete;

   private:
    static std::span<const Token> take(std::span<const Token>& text, Index count) {
      const auto taken = text.first(static_cast<std::size_t>(count));
      text = text.subspan(taken.size());
      return taken;
    }
  };

  SpanCorruption(std::span<const std::vector<Token>> texts, SpanFormat format, std::uint64_t seed = 0)
      : texts_(texts), format_(std::move(format)), seed_(seed) {
    if (!(format_.share > 0 && format_.share < 1) || !(format_.mean_length >= 1)) {
      fail("span corruption: .share is ", std::to_string(format_.share), " and .mean_length ",
           std::to_string(format_.mean_length), "; give a share between 0 and 1 and a length of 1 or more");
    }
    for (const auto& text : texts_) check(text, &text - texts_.data());
  }

  Index size() const { return std::ssize(texts_); }
  Example example(Index number) const {
    Random random(seed_, static_cast<std::uint64_t>(number));
    return example(number, random);
  }
  Example example(Index number, Random& random) const {
    return {texts_[static_cast<std::size_t>(number)], format_, random};
  }

 private:
  void check(std::span<const Token> text, Index number) const {
    const Index length = std::ssize(text);
    if (length < 2) fail("span corruption: text ", number, " has ", length, " tokens; one must stay and one be hidden");
    const auto& sentinels = format_.sentinels;
    if (std::find_first_of(text.begin(), text.end(), sentinels.begin(), sentinels.end()) != text.end()) {
      fail("span corruption: text ", number, " has a sentinel in it; sentinels are tokens that no text has");
    }
    const detail::HiddenSpans parts(length, format_);
    if (parts.spans > std::ssize(sentinels)) {
      fail("span corruption: text ", number, " of ", length, " tokens needs ", parts.spans,
           " sentinels, and there are ", sentinels.size(), ": give more of them, or shorter texts");
    }
    const Index end = format_.end == text::no_token ? 0 : 1;
    const auto check_room = [&](const char* name, Index needed, Index room) {
      if (needed <= room) return;
      fail("span corruption: text ", number, " of ", length, " tokens becomes a ", name, " of ", needed,
           ", and the model has room for ", room, ": cut the texts, or compile a larger context");
    };
    check_room("source", length - parts.hidden + parts.spans + end, source_places);
    check_room("target", parts.hidden + parts.spans + end, target_places);
  }

  std::span<const std::vector<Token>> texts_;
  SpanFormat format_;
  std::uint64_t seed_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
