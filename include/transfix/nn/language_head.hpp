// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/linear.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// The head of a language model: a linear map of its own, or nothing where it is tied to the token embedding.
template <Index Width, Index Vocabulary, bool Tied, class Scalar = float>
using LanguageHead = std::conditional_t<Tied, Nothing, Linear<Width, Vocabulary, Scalar, false>>;

/// Logits [rows, Vocabulary] from the head, or from the token embedding, transposed (Press & Wolf 2017).
template <Operand X, class Embedding, class Head>
constexpr auto logits(X&& x, const Embedding& embedding, const Head& head) {
  if constexpr (std::is_same_v<Head, Nothing>) {
    return matmul(std::forward<X>(x), transpose(embedding.weight));
  } else {
    return head(std::forward<X>(x));
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::nn
