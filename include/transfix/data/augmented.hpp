// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/tokens.hpp>
#include <transfix/data/augment/sequence.hpp>
#include <tuple>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::data {

namespace detail {
// The tokens of an input, whichever of the library's inputs it is.
template <class Input>
constexpr auto& tokens_of(Input& input) {
  if constexpr (requires { input.tokens; }) {
    return input.tokens;
  } else if constexpr (requires { input.source; }) {
    return input.source;
  } else {
    return input;
  }
}
template <class Input>
inline constexpr Index places_of = std::remove_reference_t<decltype(tokens_of(std::declval<Input&>()))>::length;

// How many tokens of an input count.
template <class Input>
concept HasSourceLength = requires(Input& input) {
  input.source_length;
};
template <class Input>
concept HasLength = HasSourceLength<Input> || requires {
  requires std::is_member_object_pointer_v<decltype(&Input::length)>;
};
template <class Input>
constexpr Index length_of(const Input& input) {
  if constexpr (HasSourceLength<Input>) {
    return input.source_length;
  } else if constexpr (HasLength<Input>) {
    return input.length;
  } else {
    return places_of<Input>;
  }
}
template <class Input>
constexpr void set_length(Input& input, Index length) {
  if constexpr (HasSourceLength<Input>) {
    input.source_length = length;
  } else if constexpr (HasLength<Input>) {
    input.length = length;
  }
}

template <class Input, class Target>
inline constexpr bool has_target_for_each_place =
    !HasSourceLength<Input> && std::is_same_v<Target, Tokens<places_of<Input>>>;
template <class Change>
inline constexpr bool sets_targets = requires {
  requires Change::sets_targets;
};
}  // namespace detail

/// The laws of changes: words move only in an input that knows its length, and targets are set only where there is one
/// for each place.
template <class Input, class... Changes>
inline constexpr bool words_may_move = detail::HasLength<Input> || !(Changes::moves || ...);
template <class Input, class Target, class... Changes>
inline constexpr bool targets_may_be_set =
    detail::has_target_for_each_place<Input, Target> || !(detail::sets_targets<Changes> || ...);

/// Tokens that changes leave alone: padding, and others such as [CLS] and [SEP].
struct UntouchedTokens {
  Token padding = 0;
  std::vector<Token> others = {};
};

/// An example with memory of its own for the tokens that its input looks at; it stays where it is made.
template <class Example>
class ChangedExample {
 public:
  using Input = decltype(Example::input);
  using Target = decltype(Example::target);

  template <class... Changes>
  ChangedExample(const Example& example, const UntouchedTokens& special, std::span<const Token> untouched,
                 const std::tuple<Changes...>& changes, Random& random)
      : input(example.input), target(example.target) {
    Sequence<Token> sequence{.places = copy(detail::tokens_of(input), tokens_),
                             .length = detail::length_of(input),
                             .padding = special.padding,
                             .untouched = untouched};
    if constexpr (has_segments) {
      if (input.segments.data != nullptr) sequence.segments = copy(input.segments, segments_).data();
    }
    if constexpr (has_targets) sequence.targets = copy(target, targets_).data();
    std::apply([&](const auto&... change) { (change(sequence, random), ...); }, changes);
    detail::set_length(input, sequence.length);
  }
  ChangedExample(const ChangedExample&) = delete;
  ChangedExample& operator=(const ChangedExample&) = delete;

  Input input;
  Target target;

 private:
  static constexpr Index places = detail::places_of<Input>;
  static constexpr bool has_segments = requires(Input & given) { given.segments; };
  static constexpr bool has_targets = detail::has_target_for_each_place<Input, Target>;
  struct None {};
  template <bool Wanted>
  using Memory = std::conditional_t<Wanted, std::array<Token, static_cast<std::size_t>(places)>, None>;

  // Copies what a view looks at, and lets it look at the copy.
  static std::span<Token> copy(Tokens<places>& view, Memory<true>& memory) {
    std::copy_n(view.data, places, memory.begin());
    view.data = memory.data();
    return memory;
  }

  Memory<true> tokens_;
  [[no_unique_address]] Memory<has_segments> segments_;
  [[no_unique_address]] Memory<has_targets> targets_;
};

/// A data set whose examples are changed for training, each time anew, in the order of the changes. A trainer draws
/// example(number, random) from it, the same for equal seeds and in a run that goes on; it evaluates the plain
/// example(number). Inputs are those of the library's models: tokens, with their length where words are to move, with
/// segments, or with a target for each place, which go where their token goes. Of an encoder-decoder the source is
/// changed. The data set must outlive this one.
///
///   const data::Augmented augmented(sentences, {.padding = 0}, data::DeleteWords{0.1}, data::SwapWords{0.05});
///
/// For inputs of one's own, a data set with example(number, random) calls data::change on its words.
template <class Data, class... Changes>
class Augmented {
 public:
  using Example = std::remove_cvref_t<decltype(std::declval<const Data&>().example(0))>;
  using Input = decltype(Example::input);
  static_assert(words_may_move<Input, Changes...>,
                "words cannot move in an input without a length: use PaddedTokens, or leave out what moves words");
  static_assert(targets_may_be_set<Input, decltype(Example::target), Changes...>,
                "to set targets an example must have one for each place: Tokens<context>");

  Augmented(const Data& data, UntouchedTokens untouched, Changes... changes)
      : data_(&data), special_(std::move(untouched)), untouched_(all_of(special_)), changes_(std::move(changes)...) {
    std::apply([](const auto&... change) { (change.check(), ...); }, changes_);
  }
  Augmented(const Data&&, UntouchedTokens, Changes...) = delete;  // would not outlive this

  Index size() const { return data_->size(); }
  Example example(Index number) const { return data_->example(number); }
  ChangedExample<Example> example(Index number, Random& random) const {
    return {data_->example(number), special_, untouched_, changes_, random};
  }

  Token largest_token() const requires requires(const Data& data) { data.largest_token(); }
  { return data_->largest_token(); }
  double measure(const auto& model) const requires requires(const Data& data) { data.measure(model); }
  { return data_->measure(model); }
  decltype(auto) order() const requires requires(const Data& data) { data.order(); }
  { return data_->order(); }
  auto each_once() const requires requires(const Data& data) { data.each_once(); }
  { return data_->each_once(); }

 private:
  // One by one: where the size is known, g++ 14 warns of a copy of the whole.
  static std::vector<Token> all_of(const UntouchedTokens& untouched) {
    std::vector<Token> all{untouched.padding};
    for (const Token token : untouched.others) all.push_back(token);
    return all;
  }

  const Data* data_;
  UntouchedTokens special_;
  std::vector<Token> untouched_;  // with padding
  std::tuple<Changes...> changes_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
