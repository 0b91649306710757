// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <transfix/core/tensor.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Bytes that `count` scalars take in a workspace.
template <class Scalar>
constexpr Index workspace_bytes(Index count) {
  constexpr Index alignment = static_cast<Index>(parameter_alignment);
  return (count * static_cast<Index>(sizeof(Scalar)) + alignment - 1) / alignment * alignment;
}

/// What a pass through an expression is given: where gradients lie, free memory for values that do
/// not outlive a step, and the key of its random numbers.
struct Context {
  std::ptrdiff_t gradient_offset = 0;  ///< bytes from a parameter to its gradient
  std::byte* workspace = nullptr;      ///< free memory; grows and shrinks like a stack
  std::uint64_t seed = 0;
  std::uint32_t step = 0, sequence = 0;
  std::uint32_t random_stream = 0;  ///< counts the operations of a pass that draw random numbers
  float dropout = 0;                ///< share of the numbers that `dropout` sets to 0
  double share = 1;                 ///< the weight of this sequence in the loss of its batch
  double penalty = 0;               ///< what operations add to the loss of this sequence in training

  template <class Scalar>
  Scalar* take(Index count) {
    auto* memory = reinterpret_cast<Scalar*>(workspace);
    workspace += workspace_bytes<Scalar>(count);
    return memory;
  }

  template <class Scalar>
  Scalar* gradient_of(const Scalar* parameter) const {
    return reinterpret_cast<Scalar*>(reinterpret_cast<std::intptr_t>(parameter) + gradient_offset);
  }
};

/// Where the gradient of an operand goes. `accumulates` says that it is added to what is there;
/// otherwise the memory is fresh and the first value is written.
template <class TensorOfOperand, bool Accumulates, bool Wanted>
struct Gradient {
  using Tensor = TensorOfOperand;
  static constexpr bool accumulates = Accumulates;
  static constexpr bool wanted = Wanted;
  typename Tensor::Scalar* data;

  typename Tensor::Scalar* operator[](Index row) const {
    return data + row_offset<typename Tensor::Shape, typename Tensor::Strides>(row);
  }

  /// Adds a vector of gradients at (row, column); once per element, unless `clear` was called.
  template <class Vector>
  TRANSFIX_INLINE void add(Index row, Index column, Vector value) const {
    if constexpr (wanted) {
      auto* place = (*this)[row] + column;
      if constexpr (accumulates) value += Vector::load_unaligned(place);
      value.store_unaligned(place);
    }
  }

  /// Makes fresh memory zero; what comes back may be added to any number of times.
  Gradient<Tensor, true, Wanted> clear() const {
    if constexpr (wanted && !accumulates) {
      for (Index row = 0; row < Tensor::rows; ++row) {
        auto* begin = (*this)[row];
        for (Index column = 0; column < Tensor::columns; ++column) begin[column] = 0;
      }
    }
    return {data};
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
