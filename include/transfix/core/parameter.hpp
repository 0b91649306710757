// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

#if !TRANSFIX_SIMD
inline constexpr std::size_t parameter_alignment = 8;
#elif defined(__AVX512F__)
inline constexpr std::size_t parameter_alignment = 64;
#else
inline constexpr std::size_t parameter_alignment = 32;
#endif

/// A trained tensor: its numbers and nothing else, row-major. Models are structs of Parameters, and a
/// gradient of a model is a model, so the gradient of a Parameter is a Parameter too.
template <class ShapeOfParameter, class ScalarOfParameter = float>
struct Parameter {
  using Shape = ShapeOfParameter;
  using Scalar = ScalarOfParameter;
  alignas(parameter_alignment) Scalar data[static_cast<std::size_t>(Shape::size)];
};

template <class Type>
inline constexpr bool is_parameter = false;
template <class Shape, class Scalar>
inline constexpr bool is_parameter<Parameter<Shape, Scalar>> = true;

}  // namespace transfix::inline TRANSFIX_ABI
