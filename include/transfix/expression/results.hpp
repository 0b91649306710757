// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/let.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Several results of one model, each with a loss of its own (see loss/combination.hpp).
template <class... E>
struct Results : ExpressionTag {
  static constexpr bool is_leaf = false;
  Tuple<E...> results;
};

/// Results that use a value computed once.
template <class Value, class Body>
struct LetResults : ExpressionTag {
  static constexpr bool is_leaf = false;
  Value bound;
  Body body;
};

template <class Type>
inline constexpr bool is_results = false;
template <class... E>
inline constexpr bool is_results<Results<E...>> = true;
template <class Type>
inline constexpr bool is_let_results = false;
template <class Value, class Body>
inline constexpr bool is_let_results<LetResults<Value, Body>> = true;

/// The results of a model with more than one head:
///   return let_results(encoder(input), [this](auto x) { return results(words(x), order(x)); });
template <Operand... X>
constexpr auto results(X&&... x) {
  return Results<ExpressionOf<X>...>{{}, {{{as_expression(std::forward<X>(x))}...}}};
}
template <Operand X, class Body>
constexpr auto let_results(X&& x, Body body) {
  return LetResults<StoredOf<X>, Body>{{}, store(std::forward<X>(x)), std::move(body)};
}

/// Two targets, one for each loss of a sum.
template <class A, class B>
struct Pair {
  A first;
  B second;
};

}  // namespace transfix::inline TRANSFIX_ABI
