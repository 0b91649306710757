// SPDX-License-Identifier: MIT
#include <transfix/models/llama.hpp>

#include "model.hpp"

using namespace transfix;
using models::Llama;
using models::LlamaConfig;
using parity::check_language_model;
using parity::Fixture;

namespace {
constexpr LlamaConfig even{
    .vocabulary = 16, .context = 8, .width = 16, .hidden = 16, .heads = 4, .key_heads = 2, .layers = 2, .tied = true};
constexpr LlamaConfig odd{.vocabulary = 13,
                          .context = 13,
                          .width = 18,
                          .hidden = 25,
                          .heads = 3,
                          .key_heads = 1,
                          .layers = 1,
                          .pairs = RotaryPairs::neighbours};
}  // namespace

TEST_CASE_TEMPLATE("parity: Llama, tied with halves turned and untied with neighbours turned", Scalar, double, float) {
  check_language_model<Llama<even, Scalar>>(Fixture("llama", "even"));
  check_language_model<Llama<odd, Scalar>>(Fixture("llama", "odd"));
}
