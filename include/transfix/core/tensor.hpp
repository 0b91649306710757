// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/parameter.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// The type of a tensor: its scalar, its shape and its place in memory. It holds no numbers.
template <class ScalarOfTensor, class ShapeOfTensor, class StridesOfTensor = DenseStrides<ShapeOfTensor>>
struct Tensor {
  using Scalar = ScalarOfTensor;
  using Shape = ShapeOfTensor;
  using Strides = StridesOfTensor;
  static constexpr Index rows = Shape::rows, columns = Shape::columns;
  static constexpr Index span =
      (Shape::batches - 1) * Strides::batch + (Shape::matrix_rows - 1) * Strides::row + columns;
};

/// Numbers that an operation reads.
template <class Tensor>
struct In {
  const typename Tensor::Scalar* data;
  constexpr const typename Tensor::Scalar* operator[](Index row) const {
    return data + row_offset<typename Tensor::Shape, typename Tensor::Strides>(row);
  }
};

/// Numbers that an operation writes.
template <class Tensor>
struct Out {
  typename Tensor::Scalar* data;
  constexpr typename Tensor::Scalar* operator[](Index row) const {
    return data + row_offset<typename Tensor::Shape, typename Tensor::Strides>(row);
  }
};

/// Room in a tape.
template <class Scalar, Index Size>
struct Buffer {
  alignas(parameter_alignment) Scalar data[static_cast<std::size_t>(Size)];
};

}  // namespace transfix::inline TRANSFIX_ABI
