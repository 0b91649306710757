// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/elementwise.hpp>
#include <transfix/simd/math.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace rules {
struct Relu {
  template <class V>
  static V value(V x) {
    return select(x < V(0), V(0), x);  // NaN stays NaN
  }
  template <class V>
  static V derivative(V x) {
    return select(x > V(0), V(1), V(0));
  }
};

struct LeakyRelu {
  double slope = 0.2;
  template <class V>
  V value(V x) const {
    return x * derivative(x);
  }
  template <class V>
  V derivative(V x) const {
    return select(x > V(0), V(1), V(static_cast<simd::ScalarOf<V>>(slope)));
  }
};

struct Elu {
  template <class V>
  static V value(V x) {
    return select(x > V(0), x, simd::exponential(min(x, V(0))) - V(1));
  }
  template <class V>
  static V derivative(V x) {
    return simd::exponential(min(x, V(0)));
  }
};

struct Sigmoid {
  static auto value(auto x) { return simd::logistic(x); }
  template <class V>
  static V derivative_from_output(V y) {
    return y * (V(1) - y);
  }
};

struct Tanh {
  static auto value(auto x) { return tanh(x); }
  template <class V>
  static V derivative_from_output(V y) {
    return V(1) - y * y;
  }
};

struct Silu {
  template <class V>
  static V value(V x) {
    return x * simd::logistic(x);
  }
  template <class V>
  static V derivative(V x) {
    const V s = simd::logistic(x);
    return s + x * s * (V(1) - s);
  }
};

struct Gelu {
  template <class V>
  static V value(V x) {
    return x * simd::normal_below(x, [&] { return bell(x); });
  }
  template <class V>
  static V derivative(V x) {
    constexpr auto density = static_cast<simd::ScalarOf<V>>(0.398942280401432677939946);  // 1 / sqrt(2 pi)
    const V height = bell(x);
    return simd::normal_below(x, [&] { return height; }) + x * V(density) * height;
  }
  template <class V>
  static V bell(V x) {
    return simd::exponential(V(-0.5) * x * x);
  }
};

/// With 0.5 (1 + tanh u) = logistic(2 u).
struct GeluTanh {
  template <class V>
  static V value(V x) {
    return x * simd::logistic(twice_inner(x));
  }
  template <class V>
  static V derivative(V x) {
    const V s = simd::logistic(twice_inner(x));
    const V slope = V(root<V>) + V(3 * cubic<V>) * x * x;
    return s + x * s * (V(1) - s) * slope;
  }
  template <class V>
  static constexpr auto root = static_cast<simd::ScalarOf<V>>(1.59576912160573071175978);  // 2 sqrt(2 / pi)
  template <class V>
  static constexpr auto cubic = static_cast<simd::ScalarOf<V>>(1.59576912160573071175978 * 0.044715);
  template <class V>
  static V twice_inner(V x) {
    return x * (V(root<V>) + V(cubic<V>) * x * x);
  }
};
}  // namespace rules

/// max(x, 0)
inline constexpr auto relu = elementwise<rules::Relu>;
/// x where it is positive, slope x elsewhere (Maas et al. 2013)
template <Operand X>
constexpr auto leaky_relu(X&& x, double slope = 0.2) {
  return elementwise<rules::LeakyRelu>(std::forward<X>(x), rules::LeakyRelu{slope});
}
/// x where it is positive, exp(x) - 1 elsewhere (Clevert et al. 2016)
inline constexpr auto elu = elementwise<rules::Elu>;
/// 1 / (1 + exp(-x))
inline constexpr auto sigmoid = elementwise<rules::Sigmoid>;
/// The hyperbolic tangent. A function, so that it stands beside the standard library's.
template <Operand X>
constexpr auto tanh(X&& x) {
  return elementwise<rules::Tanh>(std::forward<X>(x));
}
/// x sigmoid(x) (Hendrycks & Gimpel 2016; also called swish)
inline constexpr auto silu = elementwise<rules::Silu>;
/// x Phi(x), with Phi the normal distribution (Hendrycks & Gimpel 2016): PyTorch's default, BERT
inline constexpr auto gelu = elementwise<rules::Gelu>;
/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): GPT-2's form of gelu
inline constexpr auto gelu_tanh = elementwise<rules::GeluTanh>;

}  // namespace transfix::inline TRANSFIX_ABI
