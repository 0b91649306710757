// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <numbers>
#include <transfix/simd/batch.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::simd {

namespace detail {
template <class Vector>
inline constexpr bool is_float_vector = std::is_same_v<ScalarOf<Vector>, float>&& Vector::size > 1;
}

/// exp(x), with exp(-infinity) = 0. In float vectors: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial
/// of degree 6 for exp(r) and an exact scaling by 2^n; error at most 1.5 units in the last place where
/// the result is normal, 0 where x < -87.3, and exp(88.37) where x > 88.37.
template <class Vector>
TRANSFIX_INLINE Vector exponential(Vector x) {
  if constexpr (detail::is_float_vector<Vector>) {
    // Comparisons, as minima and maxima of different versions of xsimd treat NaN differently.
    const Vector clamped = select(x > Vector(88.37f), Vector(88.37f), x);
    const Vector n = nearbyint(clamped * Vector(1.44269504f));
    const Vector r = multiply_add(n, Vector(-1.42860677e-6f), multiply_add(n, Vector(-0.693145752f), clamped));
    // exp(r) = 1 + (r + r^2 p(r)), p in pairs (Estrin 1960): a processor waits for each step of Horner's.
    const Vector r2 = r * r;
    const Vector low = multiply_add(Vector(0.166665211f), r, Vector(0.49999994f));
    const Vector high =
        multiply_add(Vector(1.38145394e-3f), r2, multiply_add(Vector(8.36874545e-3f), r, Vector(4.16683890e-2f)));
    const Vector y = Vector(1.0f) + multiply_add(multiply_add(high, r2, low), r2, r);
    return select(x < Vector(-87.3f), Vector(0.0f), ldexp(y, to_int(n)));
  } else if constexpr (Vector::size > 1) {  // xsimd's own form turns -infinity and NaN into whole numbers on the way
    const Vector least(ScalarOf<Vector>(-708));
    const auto usable = x >= least;
    return select(usable, exp(select(usable, x, least)), select(x < least, Vector(ScalarOf<Vector>(0)), x));
  } else {
    return exp(x);
  }
}

/// 1 / (1 + exp(-x)), the logistic function.
template <class Vector>
TRANSFIX_INLINE Vector logistic(Vector x) {
  return Vector(1) / (Vector(1) + exponential(-x));
}

/// Phi(x), how much of the normal distribution lies below x. In float vectors with u = |x|, t = 1 / (1 + 0.3 u):
///   1 - Phi(u) = exp(-u^2 / 2) t P(t)
/// (Hastings 1955), P of degree 7 fitted to u < 13; Phi is right to 2.5e-7, and where it is small to 6e-6 of itself
/// down to x = -13.2, below which it is 0. bell(): exp(-x^2 / 2), which other forms do not call.
template <class Vector>
TRANSFIX_INLINE Vector normal_below(Vector x, auto&& bell) {
  using Scalar = ScalarOf<Vector>;
  if constexpr (detail::is_float_vector<Vector>) {
    const Vector t = Vector(1.0f) / multiply_add(Vector(0.3f), abs(x), Vector(1.0f)), t2 = t * t;
    const Vector p01 = multiply_add(Vector(0.120798387f), t, Vector(0.119626388f));
    const Vector p23 = multiply_add(Vector(0.129469931f), t, Vector(0.0996372998f));
    const Vector p45 = multiply_add(Vector(0.208208427f), t, Vector(-0.0553953648f));
    const Vector p67 = multiply_add(Vector(0.0359320417f), t, Vector(-0.158277169f));
    const Vector p = multiply_add(multiply_add(p67, t2, p45), t2 * t2, multiply_add(p23, t2, p01));
    const Vector beyond = bell() * t * p;
    return select(x < Vector(0.0f), beyond, Vector(1.0f) - beyond);
  } else {
    constexpr auto inverse_root_two = static_cast<Scalar>(1 / std::numbers::sqrt2);
    return Vector(Scalar(0.5)) * erfc(x * Vector(-inverse_root_two));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
