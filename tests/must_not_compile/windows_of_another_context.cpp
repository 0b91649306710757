// SPDX-License-Identifier: MIT
// expect: give windows as long as its context
// expect: input_fits_model
// expect: Tokens<32
// expect: Tokens<64
#include <transfix/data/windows.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

#ifdef TRANSFIX_CORRECT
constexpr Index context = 64;
#else
constexpr Index context = 32;
#endif

using Model = models::Gpt<models::GptConfig{.vocabulary = 65, .context = 64, .width = 32, .heads = 4, .layers = 4}>;

void train(const std::vector<Token>& tokens) {
  Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer;
  trainer.fit(data::next_token_windows<context>(tokens), data::next_token_windows<context>(tokens));
}
