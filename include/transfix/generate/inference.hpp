// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/expression/let.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Runs a model forward on one input after the other. It holds all the memory that this takes and allocates nothing;
/// put it in static memory or on the heap, not on the stack.
template <class Model>
class Inference {
 public:
  using Scalar = typename Model::Scalar;
  using Input = typename Model::Input;

  explicit Inference(const Model& model) : model_(model) {}

  /// The model's result for one input, row-major: logits [rows, columns]. It lasts until the next call.
  const Scalar* operator()(const Input& input) {
    Context pass;
    pass.workspace = workspace_;
    const auto result = own(model_(input));
    result.forward(tape_, pass);
    return result.value(tape_);
  }

 private:
  using Result = decltype(own(std::declval<const Model&>()(std::declval<const Input&>())));

 public:
  static constexpr Index rows = Result::Shape::rows, columns = Result::Shape::columns;

 private:
  const Model& model_;
  typename Result::Tape tape_;
  alignas(parameter_alignment) std::byte
      workspace_[static_cast<std::size_t>(std::max(Result::forward_bytes, Index{1}))];
};

}  // namespace transfix::inline TRANSFIX_ABI
