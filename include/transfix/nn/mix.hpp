// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/mixed.hpp>
#include <transfix/expression/arithmetic.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// share function(first) + (1 - share) function(second): where mixup happens in a model whose Input is Mixed. With the
/// embedding as the function words are mixed place by place, with a whole encoder the vectors of the sentences (Guo et
/// al. 2019). See data/mixup.hpp.
///
///   auto operator()(const Input& input) const {
///     return body(nn::mix(input, [this](const auto& one) { return embedding(one.tokens); }), ...);
///   }
template <class Input, class Function>
constexpr auto mix(const Mixed<Input>& input, const Function& function) {
  return function(input.first) * input.share + function(input.second) * (1 - input.share);
}

}  // namespace transfix::inline TRANSFIX_ABI::nn
