// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

#if !TRANSFIX_SIMD
inline constexpr std::size_t parameter_alignment = 8;
#elif defined(__AVX512F__)
inline constexpr std::size_t parameter_alignment = 64;
#else
inline constexpr std::size_t parameter_alignment = 32;
#endif

/// Stands for the scalar of parameters that are read and never trained, such as those of a pretrained model:
/// `Linear<768, 768, Frozen<float>>`. They have no gradient, no moments and no backward work.
template <class ScalarOfNumbers = float>
struct Frozen {};

/// What a parameter's second argument says: the scalar that is computed in, and whether it is trained.
template <class Stored>
struct StoredAs {
  using Scalar = Stored;
  static constexpr bool trained = true;
};
template <class ScalarOfNumbers>
struct StoredAs<Frozen<ScalarOfNumbers>> {
  using Scalar = ScalarOfNumbers;
  static constexpr bool trained = false;
};
template <class Stored>
using Computed = typename StoredAs<Stored>::Scalar;

/// A trained tensor: its numbers and nothing else, row-major. Models are structs of Parameters, and a
/// gradient of a model is a model, so the gradient of a Parameter is a Parameter too.
template <class ShapeOfParameter, class Stored = float>
struct Parameter {
  using Shape = ShapeOfParameter;
  using Scalar = Computed<Stored>;
  static constexpr bool trained = true, lies_beside = false;
  alignas(parameter_alignment) Scalar data[static_cast<std::size_t>(Shape::size)];
};

/// A frozen tensor: where its numbers are. A gradient of the model and its moments hold nothing for it.
template <class ShapeOfParameter, class Stored>
requires(!StoredAs<Stored>::trained) struct Parameter<ShapeOfParameter, Stored> {
  using Shape = ShapeOfParameter;
  using Scalar = Computed<Stored>;
  static constexpr bool trained = false, lies_beside = true;
  Scalar* data;
};

template <class Type>
inline constexpr bool is_parameter = false;
template <class Shape, class Stored>
inline constexpr bool is_parameter<Parameter<Shape, Stored>> = true;

/// All numbers of a parameter, row-major.
template <class Shape, class Stored>
constexpr auto numbers(Parameter<Shape, Stored>& parameter) {
  return std::span<Computed<Stored>, static_cast<std::size_t>(Shape::size)>(parameter.data, std::size_t{Shape::size});
}
template <class Shape, class Stored>
constexpr auto numbers(const Parameter<Shape, Stored>& parameter) {
  return std::span<const Computed<Stored>, static_cast<std::size_t>(Shape::size)>(parameter.data,
                                                                                  std::size_t{Shape::size});
}

}  // namespace transfix::inline TRANSFIX_ABI
