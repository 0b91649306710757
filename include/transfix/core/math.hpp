// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <transfix/core/config.hpp>

/// C's functions of numbers. Where there is no system (-ffreestanding) the standard library of g++ 13 and later has no
/// <cmath>; compilers know the functions by themselves, and the target's libm has those that are no instruction.
namespace transfix::inline TRANSFIX_ABI::math {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline float abs(float x) { return __builtin_fabsf(x); }
inline double abs(double x) { return __builtin_fabs(x); }
inline float sqrt(float x) { return __builtin_sqrtf(x); }
inline double sqrt(double x) { return __builtin_sqrt(x); }
inline float exp(float x) { return __builtin_expf(x); }
inline double exp(double x) { return __builtin_exp(x); }
inline double exp2(double x) { return __builtin_exp2(x); }
inline double expm1(double x) { return __builtin_expm1(x); }
inline float log(float x) { return __builtin_logf(x); }
inline double log(double x) { return __builtin_log(x); }
inline float log1p(float x) { return __builtin_log1pf(x); }
inline double log1p(double x) { return __builtin_log1p(x); }
inline double pow(double base, double exponent) { return __builtin_pow(base, exponent); }
inline float sin(float x) { return __builtin_sinf(x); }
inline double sin(double x) { return __builtin_sin(x); }
inline float cos(float x) { return __builtin_cosf(x); }
inline double cos(double x) { return __builtin_cos(x); }
inline float tanh(float x) { return __builtin_tanhf(x); }
inline double tanh(double x) { return __builtin_tanh(x); }
inline float erf(float x) { return __builtin_erff(x); }
inline double erf(double x) { return __builtin_erf(x); }
inline float erfc(float x) { return __builtin_erfcf(x); }
inline double erfc(double x) { return __builtin_erfc(x); }
inline long lround(double x) { return __builtin_lround(x); }
inline long long llround(double x) { return __builtin_llround(x); }
inline bool isnan(double x) { return __builtin_isnan(x); }
inline bool isfinite(double x) { return __builtin_isfinite(x); }

}  // namespace transfix::inline TRANSFIX_ABI::math
