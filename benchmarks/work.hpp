// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/transfix.hpp>

#include "models.hpp"

namespace benchmarks {

/// What a training step does with one example: its tokens and floating-point operations.
struct Work {
  double tokens, operations;
};

/// 6 x weights of products x tokens, plus 12 x layers x width x context x tokens for attention; what a causal mask
/// makes unnecessary counts as if it were done.
template <class Model>
constexpr Work work_of_an_example() {
  constexpr double all = static_cast<double>(parameter_count<Model>);
  if constexpr (std::is_same_v<Model, E>) {
    return {64, 64 * (6 * (all - 8000.0 * 128) + 12.0 * 2 * 128 * 64)};  // the embedding is looked up only
  } else if constexpr (std::is_same_v<Model, F>) {
    // The encoder's weights see the source, the decoder's and the head's the target, the cross attention's half of
    // both.
    return {64, 32 * (6 * all + 12.0 * (3 + 2 * 3) * 256 * 32)};
  } else if constexpr (std::is_same_v<Model, L>) {
    return {64, 64 * 6 * (all - 65.0 * 128)};
  } else {
    constexpr auto context = static_cast<double>(Model::context);
    return {context, context * (6 * all + 12.0 * Model::layers * Model::width * context)};
  }
}

}  // namespace benchmarks
