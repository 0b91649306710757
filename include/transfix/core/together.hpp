// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/tokens.hpp>
#include <utility>

// Several sequences that a model works on together: a product with a weight then has the rows of all of them, so that
// the weight and its gradient travel through the caches once for all. Tensors get a leading extent, the sequence.

namespace transfix::inline TRANSFIX_ABI {

/// How `Count` inputs of a type are put together:  static auto of(get), where get(number) gives one of them.
/// Specialise it for inputs of models of one's own.
template <class Input, Index Count>
struct Together;

template <Index Length, Index Count>
struct Together<Tokens<Length>, Count> {
  static constexpr auto of(auto&& get) {
    return [&]<std::size_t... Number>(std::index_sequence<Number...>) {
      return Tokens<Length, Count>{{get(static_cast<Index>(Number)).data...}};
    }
    (std::make_index_sequence<static_cast<std::size_t>(Count)>{});
  }
};

namespace detail {
template <class Input, Index Count>
struct GroupOf {
  using Type = decltype(Together<Input, Count>::of(std::declval<const Input& (*)(Index)>()));
};
template <class Input>
struct GroupOf<Input, 1> {
  using Type = Input;
};
}  // namespace detail

/// `Count` inputs put together; a single one stays as it is.
template <class Input, Index Count>
using GroupOf = typename detail::GroupOf<Input, Count>::Type;

/// An input that knows how to be put together with others.
template <class Input, Index Count>
concept WorkedOnTogether = requires {
  typename GroupOf<Input, Count>;
};

/// A target of which nothing counts: it fills up the last group of a batch.
template <class Target>
struct NoTarget;
template <Index Length>
struct NoTarget<Tokens<Length>> {
  static constexpr auto tokens = [] {
    std::array<Token, static_cast<std::size_t>(Length)> all{};
    for (Token& token : all) token = -1;
    return all;
  }();
  static constexpr Tokens<Length> value{tokens.data()};
};

}  // namespace transfix::inline TRANSFIX_ABI
