// SPDX-License-Identifier: MIT
#include <transfix/models/lstm.hpp>

#include "model.hpp"

using namespace transfix;
using models::LstmConfig;
using models::LstmLanguageModel;
using parity::check_language_model;
using parity::Fixture;

TEST_CASE_TEMPLATE("parity: language model of stacked LSTMs", Scalar, double, float) {
  constexpr LstmConfig even{.vocabulary = 16, .context = 8, .width = 8};
  constexpr LstmConfig odd{.vocabulary = 13, .context = 13, .width = 9};
  check_language_model<LstmLanguageModel<even, Scalar>>(Fixture("lstm_language_model", "even"));
  check_language_model<LstmLanguageModel<odd, Scalar>>(Fixture("lstm_language_model", "odd"));
}
