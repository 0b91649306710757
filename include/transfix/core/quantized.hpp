// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/core/members.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Stands for the scalar of a model that is only run, and whose matrices are stored as whole numbers of `Bits` bits, 8
/// or 4: each group of 32 neighbours in a row shares a scale, so that a number takes 9 or 5 bits. Vectors stay as they
/// are.   models::Gpt<config, Quantized<8>>
template <int Bits = 8, class ScalarOfNumbers = float>
struct Quantized {
  static_assert(Bits == 8 || Bits == 4, "Quantized<Bits>: Bits must be 8 or 4");
};

template <int Bits, class ScalarOfNumbers>
struct StoredAs<Quantized<Bits, ScalarOfNumbers>> {
  using Scalar = ScalarOfNumbers;
  static constexpr bool trained = false;
};

/// The layout of quantized matrices: rows of groups. With 4 bits the first half of a group is in the lower half of its
/// bytes, and numbers are kept plus 8.
template <class ShapeOfMatrix, int Bits>
struct QuantizedLayout {
  static constexpr Index group = 32, bytes_of_group = group * Bits / 8;
  static constexpr Index rows = ShapeOfMatrix::rows, columns = ShapeOfMatrix::columns;
  static constexpr Index groups = (columns + group - 1) / group;  // of a row; the last one is filled up with zeros
  static constexpr Index bytes_of_row = groups * bytes_of_group;
  static constexpr int largest = Bits == 8 ? 127 : 7;
};

template <class ShapeOfParameter, int Bits, class ScalarOfNumbers>
struct Parameter<ShapeOfParameter, Quantized<Bits, ScalarOfNumbers>> {
  using Shape = ShapeOfParameter;
  using Scalar = ScalarOfNumbers;
  using Layout = QuantizedLayout<Shape, Bits>;
  static constexpr bool trained = false, lies_beside = false;
  alignas(parameter_alignment) std::uint8_t bytes[static_cast<std::size_t>(Layout::rows * Layout::bytes_of_row)];
  Scalar scales[static_cast<std::size_t>(Layout::rows * Layout::groups)];
};

template <class ShapeOfParameter, int Bits, class ScalarOfNumbers>
requires(ShapeOfParameter::rank < 2) struct Parameter<ShapeOfParameter, Quantized<Bits, ScalarOfNumbers>> {
  using Shape = ShapeOfParameter;
  using Scalar = ScalarOfNumbers;
  static constexpr bool trained = false, lies_beside = false;
  alignas(parameter_alignment) Scalar data[static_cast<std::size_t>(Shape::size)];
};

template <class Type>
inline constexpr bool is_quantized = requires(Type parameter) {
  parameter.scales;
};

/// Rounds numbers, row-major, to a quantized matrix: a group's largest magnitude becomes the largest whole number.
template <class Shape, int Bits, class Scalar>
requires(Shape::rank >= 2) void quantize_matrix(const Scalar* numbers, Parameter<Shape, Quantized<Bits, Scalar>>& to) {
  using Layout = QuantizedLayout<Shape, Bits>;
  for (Index row = 0; row < Layout::rows; ++row) {
    for (Index group = 0; group < Layout::groups; ++group) {
      const Index first = group * Layout::group;
      const auto number = [&](Index i) {
        return first + i < Layout::columns ? numbers[row * Layout::columns + first + i] : Scalar(0);
      };
      Scalar largest = 0;
      for (Index i = 0; i < Layout::group; ++i) largest = std::max(largest, math::abs(number(i)));
      to.scales[row * Layout::groups + group] = largest / static_cast<Scalar>(Layout::largest);
      const Scalar inverse = largest > 0 ? static_cast<Scalar>(Layout::largest) / largest : Scalar(0);
      std::uint8_t* const bytes = to.bytes + row * Layout::bytes_of_row + group * Layout::bytes_of_group;
      for (Index i = 0; i < Layout::group; ++i) {
        const auto rounded = static_cast<int>(math::lround(static_cast<double>(number(i) * inverse)));
        if constexpr (Bits == 8) {
          bytes[i] = static_cast<std::uint8_t>(static_cast<std::int8_t>(rounded));
        } else {
          const auto nibble = static_cast<unsigned>(rounded + 8);
          std::uint8_t& byte = bytes[i % (Layout::group / 2)];
          byte = static_cast<std::uint8_t>(i < Layout::group / 2 ? nibble : byte | nibble << 4);
        }
      }
    }
  }
}

/// Rounds a whole model to one of the same form with quantized storage.
template <class Model, class QuantizedModel>
void quantize(const Model& from, QuantizedModel& to) {
  if constexpr (is_quantized<QuantizedModel>) {
    quantize_matrix(from.data, to);
  } else if constexpr (is_parameter<QuantizedModel>) {
    static_assert(std::is_same_v<typename Model::Shape, typename QuantizedModel::Shape>);
    for (Index i = 0; i < Model::Shape::size; ++i) to.data[i] = from.data[i];
  } else if constexpr (IndexedParts<QuantizedModel>) {
    for (Index number = 0; number < QuantizedModel::count; ++number) quantize(from.items[number], to.items[number]);
  } else {
    detail::with_members(from, [&](const auto&... parts) {
      detail::with_members(to, [&](auto&... quantized_parts) {
        static_assert(sizeof...(parts) == sizeof...(quantized_parts), "quantize(from, to): the models differ in form");
        (quantize(parts, quantized_parts), ...);
      });
    });
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
