// SPDX-License-Identifier: MIT
#include <transfix/models/gpt.hpp>

#include "model.hpp"

using namespace transfix;
using models::Gpt;
using models::GptConfig;
using parity::check_language_model;
using parity::Fixture;

namespace {
template <bool Tied>
constexpr GptConfig even{.vocabulary = 16, .context = 8, .width = 8, .heads = 2, .layers = 2, .tied = Tied};
template <bool Tied>
constexpr GptConfig odd{.vocabulary = 13, .context = 13, .width = 9, .heads = 3, .layers = 1, .tied = Tied};
}  // namespace

TEST_CASE_TEMPLATE("parity: GPT, its head tied to the embedding and not", Scalar, double, float) {
  check_language_model<Gpt<even<true>, Scalar>>(Fixture("gpt_tied", "even"));
  check_language_model<Gpt<odd<true>, Scalar>>(Fixture("gpt_tied", "odd"));
  check_language_model<Gpt<even<false>, Scalar>>(Fixture("gpt_untied", "even"));
  check_language_model<Gpt<odd<false>, Scalar>>(Fixture("gpt_untied", "odd"));
}
