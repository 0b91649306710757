// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/elementwise.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
struct Add {
  static constexpr bool is_linear = true;
  static auto value(auto a, auto b) { return a + b; }
  template <class V>
  static std::array<V, 2> gradients(V dy, V, V) {
    return {dy, dy};
  }
};
struct Subtract {
  static constexpr bool is_linear = true;
  static auto value(auto a, auto b) { return a - b; }
  template <class V>
  static std::array<V, 2> gradients(V dy, V, V) {
    return {dy, -dy};
  }
};
struct Multiply {
  static auto value(auto a, auto b) { return a * b; }
  template <class V>
  static std::array<V, 2> gradients(V dy, V a, V b) {
    return {dy * b, dy * a};
  }
};
struct Divide {
  static auto value(auto a, auto b) { return a / b; }
  template <class V>
  static std::array<V, 2> gradients(V dy, V a, V b) {
    return {dy / b, -dy * a / (b * b)};
  }
};
/// factor * x + offset
struct Affine {
  static constexpr bool is_linear = true;
  double factor = 1, offset = 0;
  constexpr bool keeps_masked() const { return factor > 0; }  // -infinity stays -infinity
  template <class V>
  V value(V x) const {
    return x * constant<V>(factor) + constant<V>(offset);
  }
  template <class V>
  V derivative(V) const {
    return constant<V>(factor);
  }
  template <class V>
  static V constant(double number) {
    return V(static_cast<simd::ScalarOf<V>>(number));
  }
};
}  // namespace rules

template <class Number>
concept PlainNumber = std::is_arithmetic_v<Number>;

/// Elementwise sums, differences, products and quotients of tensors of one shape. A single row, such as a
/// bias, may stand beside a larger tensor, and a number beside any tensor.
template <Operand A, Operand B>
constexpr auto operator+(A&& a, B&& b) {
  return elementwise<rules::Add>(std::forward<A>(a), std::forward<B>(b));
}
template <Operand A, Operand B>
constexpr auto operator-(A&& a, B&& b) {
  return elementwise<rules::Subtract>(std::forward<A>(a), std::forward<B>(b));
}
template <Operand A, Operand B>
constexpr auto operator*(A&& a, B&& b) {
  return elementwise<rules::Multiply>(std::forward<A>(a), std::forward<B>(b));
}
template <Operand A, Operand B>
constexpr auto operator/(A&& a, B&& b) {
  return elementwise<rules::Divide>(std::forward<A>(a), std::forward<B>(b));
}
template <Operand X>
constexpr auto affine(X&& x, double factor, double offset) {
  return elementwise<rules::Affine>(std::forward<X>(x), rules::Affine{factor, offset});
}
template <Operand X, PlainNumber Number>
constexpr auto operator+(X&& x, Number number) {
  return affine(std::forward<X>(x), 1, static_cast<double>(number));
}
template <Operand X, PlainNumber Number>
constexpr auto operator+(Number number, X&& x) {
  return affine(std::forward<X>(x), 1, static_cast<double>(number));
}
template <Operand X, PlainNumber Number>
constexpr auto operator-(X&& x, Number number) {
  return affine(std::forward<X>(x), 1, -static_cast<double>(number));
}
template <Operand X, PlainNumber Number>
constexpr auto operator-(Number number, X&& x) {
  return affine(std::forward<X>(x), -1, static_cast<double>(number));
}
template <Operand X, PlainNumber Number>
constexpr auto operator*(X&& x, Number number) {
  return affine(std::forward<X>(x), static_cast<double>(number), 0);
}
template <Operand X, PlainNumber Number>
constexpr auto operator*(Number number, X&& x) {
  return affine(std::forward<X>(x), static_cast<double>(number), 0);
}
template <Operand X, PlainNumber Number>
constexpr auto operator/(X&& x, Number number) {
  return affine(std::forward<X>(x), 1 / static_cast<double>(number), 0);
}
template <Operand X>
constexpr auto operator-(X&& x) {
  return affine(std::forward<X>(x), -1, 0);
}

}  // namespace transfix::inline TRANSFIX_ABI
