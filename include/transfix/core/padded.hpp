// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <transfix/core/error.hpp>
#include <transfix/core/together.hpp>
#include <utility>

// Sequences of different lengths. A model is compiled for the longest, and where it is worth it for shorter ones too:
// an input type says so by
//   context, shortest     the longest compiled length, and the shortest: halves of the longest
//   length                how much of this input is no padding
//   cut<Length>()         the input as one of that length
// Every example then runs in the shortest form that it fits, and most of its padding costs nothing.

namespace transfix::inline TRANSFIX_ABI {

/// A sequence of tokens of which the first `length` count. A model of it is compiled for lengths Context, Context / 2
/// and so on down to `Shortest`.
template <Index Context, Index Shortest = Context>
struct PaddedTokens {
  static constexpr Index context = Context, shortest = Shortest;
  Tokens<Context> tokens;
  Index length = Context;

  template <Index Length>
  constexpr PaddedTokens<Length, Length> cut() const {
    return {{tokens.data}, length};
  }
};

/// The same for sequences that are worked on together: they run in the shortest form that all of them fit.
template <Index Context, Index Shortest, Index Sequences>
struct PaddedTokensTogether {
  static constexpr Index context = Context, shortest = Shortest;
  Tokens<Context, Sequences> tokens;
  std::array<Index, static_cast<std::size_t>(Sequences)> lengths;
  Index length = Context;  ///< of the longest

  template <Index Length>
  constexpr PaddedTokensTogether<Length, Length, Sequences> cut() const {
    return {{tokens.data}, lengths, length};
  }
};

template <Index Context, Index Shortest, Index Count>
struct Together<PaddedTokens<Context, Shortest>, Count> {
  static constexpr auto of(auto&& get) {
    PaddedTokensTogether<Context, Shortest, Count> all{
        Together<Tokens<Context>, Count>::of([&](Index number) { return get(number).tokens; }), {}, 0};
    for (Index number = 0; number < Count; ++number) {
      all.lengths[static_cast<std::size_t>(number)] = get(number).length;
      all.length = std::max(all.length, get(number).length);
    }
    return all;
  }
};

/// How much of an input is no padding: of one sequence, or of each of several.
constexpr auto lengths_of(const auto& input) {
  if constexpr (requires { input.lengths; }) {
    return input.lengths;
  } else {
    return std::array{input.length};
  }
}

/// An input that has shorter forms.
template <class Input>
concept HasShorterForms = requires(const Input& input) {
  requires Input::shortest < Input::context;
  input.length;
  input.template cut<Input::shortest>();
};

namespace detail {
template <Index Length, class Input, class Function>
constexpr decltype(auto) at_length(const Input& input, Function&& function) {
  if constexpr (Length / 2 >= Input::shortest) {
    if (input.length <= Length / 2) return at_length<Length / 2>(input, function);
  }
  if (input.length > Length || input.length < 0) {
    fail("an input says that ", input.length, " of its ", Length, " places count: truncate it before");
  }
  return function(input.template cut<Length>());
}
}  // namespace detail

/// function(input), with the input in its shortest form.
template <class Input, class Function>
constexpr decltype(auto) in_shortest_form(const Input& input, Function&& function) {
  if constexpr (HasShorterForms<Input>) {
    return detail::at_length<Input::context>(input, function);
  } else {
    return function(input);
  }
}

/// The largest of measure(form), an integral constant, over all forms of an input.
template <class Input, class Measure, Index Length = 0>
constexpr Index largest_over_forms(Measure measure) {
  if constexpr (!HasShorterForms<Input>) {
    return decltype(measure(std::declval<Input>()))::value;
  } else {
    constexpr Index length = Length == 0 ? Input::context : Length;
    constexpr Index here = decltype(measure(std::declval<Input>().template cut<length>()))::value;
    if constexpr (length / 2 >= Input::shortest) {
      constexpr Index shorter = largest_over_forms<Input, Measure, length / 2>(Measure{});
      return here > shorter ? here : shorter;
    } else {
      return here;
    }
  }
}

/// A target for a result of `Rows` rows: one for each place is cut as its input was, others stay as they are.
template <Index Rows, Index Count, Index Sequences>
constexpr auto target_for(Tokens<Count, Sequences> target) {
  return Tokens<(Rows / Sequences < Count ? Rows / Sequences : Count), Sequences>{target.data};
}
template <Index Rows>
constexpr auto target_for(const auto& target) {
  return target;
}

}  // namespace transfix::inline TRANSFIX_ABI
