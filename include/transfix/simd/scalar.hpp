// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::simd {

/// A vector of one lane: it computes the columns that do not fill a vector, and everything on
/// targets without vectors. It answers to the names that xsimd's batch answers to.
template <class ScalarOfLane>
struct One {
  using value_type = ScalarOfLane;
  using batch_bool_type = bool;
  static constexpr std::size_t size = 1;
  ScalarOfLane value{};

  One() = default;
  constexpr explicit One(ScalarOfLane scalar) : value(scalar) {}
  static constexpr One load_unaligned(const ScalarOfLane* from) { return One(*from); }
  constexpr void store_unaligned(ScalarOfLane* to) const { *to = value; }

  friend constexpr One operator+(One a, One b) { return One(a.value + b.value); }
  friend constexpr One operator-(One a, One b) { return One(a.value - b.value); }
  friend constexpr One operator*(One a, One b) { return One(a.value * b.value); }
  friend constexpr One operator/(One a, One b) { return One(a.value / b.value); }
  friend constexpr One operator-(One a) { return One(-a.value); }
  friend constexpr One& operator+=(One& a, One b) { return a = a + b; }
  friend constexpr One& operator*=(One& a, One b) { return a = a * b; }
  friend constexpr bool operator<(One a, One b) { return a.value < b.value; }
  friend constexpr bool operator<=(One a, One b) { return a.value <= b.value; }
  friend constexpr bool operator>(One a, One b) { return a.value > b.value; }
  friend constexpr bool operator>=(One a, One b) { return a.value >= b.value; }
  friend constexpr bool operator==(One a, One b) { return a.value == b.value; }

  friend constexpr One fma(One a, One b, One c) { return One(a.value * b.value + c.value); }
  friend constexpr One max(One a, One b) { return a.value < b.value ? b : a; }
  friend constexpr One min(One a, One b) { return b.value < a.value ? b : a; }
  friend constexpr One select(bool condition, One a, One b) { return condition ? a : b; }
  friend constexpr One abs(One a) { return a.value < 0 ? -a : a; }
  friend One sqrt(One a) { return One(math::sqrt(a.value)); }
  friend One exp(One a) { return One(math::exp(a.value)); }
  friend One log(One a) { return One(math::log(a.value)); }
  friend One log1p(One a) { return One(math::log1p(a.value)); }
  friend One tanh(One a) { return One(math::tanh(a.value)); }
  friend One erf(One a) { return One(math::erf(a.value)); }
  friend One erfc(One a) { return One(math::erfc(a.value)); }
  friend One sin(One a) { return One(math::sin(a.value)); }
  friend One cos(One a) { return One(math::cos(a.value)); }
};

}  // namespace transfix::inline TRANSFIX_ABI::simd
