// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/shape.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <Index Position, class Type>
struct TupleElement {
  [[no_unique_address]] Type value;
};
template <class Positions, class... Types>
struct TupleBase;
template <std::size_t... Positions, class... Types>
struct TupleBase<std::index_sequence<Positions...>, Types...> : TupleElement<Index{Positions}, Types>... {};
}  // namespace detail

/// An aggregate of values of different types. It compiles faster than std::tuple, and empty values
/// take no room.
template <class... Types>
struct Tuple : detail::TupleBase<std::index_sequence_for<Types...>, Types...> {};

template <class... Types>
constexpr auto make_tuple_of(Types... values) {
  return Tuple<Types...>{{{std::move(values)}...}};
}

template <Index Position, class Type>
constexpr Type& get(detail::TupleElement<Position, Type>& tuple) {
  return tuple.value;
}
template <Index Position, class Type>
constexpr const Type& get(const detail::TupleElement<Position, Type>& tuple) {
  return tuple.value;
}

/// Calls function(std::integral_constant<Index, I>) for I in 0 .. Count - 1.
template <Index Count>
constexpr void unrolled(auto&& function) {
  [&]<Index... Positions>(std::integer_sequence<Index, Positions...>) {
    (function(std::integral_constant<Index, Positions>{}), ...);
  }
  (std::make_integer_sequence<Index, Count>{});
}

}  // namespace transfix::inline TRANSFIX_ABI
