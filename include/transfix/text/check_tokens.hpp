// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Fails where a token is none of 0 .. size - 1.
inline void check_tokens(std::span<const Token> tokens, Index size) {
  for (const Token& token : tokens) {
    if (token < 0 || token >= size) {
      fail("token ", token, " at position ", &token - tokens.data(), " is not one of the ", size,
           " tokens of this tokenizer; decode with the tokenizer that the model was trained with");
    }
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::text
