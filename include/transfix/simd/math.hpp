// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <transfix/simd/batch.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::simd {

/// exp(x), with exp(-infinity) = 0. In float vectors: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial
/// of degree 6 for exp(r) and an exact scaling by 2^n; error at most 1.5 units in the last place where
/// the result is normal, 0 where x < -87.3, and exp(88.37) where x > 88.37.
template <class Vector>
TRANSFIX_INLINE Vector exponential(Vector x) {
  if constexpr (std::is_same_v<ScalarOf<Vector>, float> && Vector::size > 1) {
    const Vector clamped = max(Vector(-87.3f), min(Vector(88.37f), x));
    const Vector n = nearbyint(clamped * Vector(1.44269504f));
    const Vector r = multiply_add(n, Vector(-1.42860677e-6f), multiply_add(n, Vector(-0.693145752f), clamped));
    Vector y = Vector(1.38145394e-3f);
    y = multiply_add(y, r, Vector(8.36874545e-3f));
    y = multiply_add(y, r, Vector(4.16683890e-2f));
    y = multiply_add(y, r, Vector(0.166665211f));
    y = multiply_add(y, r, Vector(0.49999994f));
    y = multiply_add(y, r, Vector(1.0f));
    y = multiply_add(y, r, Vector(1.0f));
    return select(x < Vector(-87.3f), Vector(0.0f), ldexp(y, to_int(n)));
  } else if constexpr (Vector::size > 1) {  // xsimd's own form turns -infinity into a whole number on the way
    const Vector least(ScalarOf<Vector>(-708));
    return select(x < least, Vector(ScalarOf<Vector>(0)), exp(max(x, least)));
  } else {
    return exp(x);
  }
}

/// 1 / (1 + exp(-x)), the logistic function.
template <class Vector>
TRANSFIX_INLINE Vector logistic(Vector x) {
  return Vector(1) / (Vector(1) + exponential(-x));
}

}  // namespace transfix::inline TRANSFIX_ABI::simd
