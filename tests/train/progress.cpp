// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <transfix/data/windows.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/train/progress.hpp>

#include "silent.hpp"

using namespace transfix;
using support::contains;

namespace {
/// What function() writes to standard error.
std::string written(auto&& function) {
  std::fflush(stderr);
  std::FILE* const file = std::tmpfile();
  const int standard_error = dup(2);
  dup2(fileno(file), 2);
  function();
  std::fflush(stderr);
  dup2(standard_error, 2);
  close(standard_error);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}
}  // namespace

TEST_CASE("progress: plain lines where standard error is no terminal") {
  using Model = models::Gpt<models::GptConfig{.vocabulary = 8, .context = 12, .width = 16, .heads = 2, .layers = 1}>;
  const auto tokens = support::pattern(200, 5);
  const auto windows = data::next_token_windows<12>(tokens);
  const std::string text = written([&] {
    Trainer<Model, loss::CrossEntropy, optim::AdamW> trainer({}, {.steps = 40, .evaluate_every = 20});
    trainer.fit(windows, windows);  // shows its progress unless told otherwise
  });
  CHECK(contains(text, "training 0.00 million parameters"));
  CHECK(contains(text, "step 2 of 40, loss 2."));
  CHECK(contains(text, "tokens/s"));
  CHECK(contains(text, "s left"));
  CHECK(contains(text, "step 20: validation loss"));
  CHECK(contains(text, "step 40: validation loss"));
  CHECK(contains(text, "[########################] step 40 of 40"));
  CHECK(contains(text, "trained 40 steps"));
  CHECK(!contains(text, "\r"));
  CHECK(!contains(text, "\033"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1 + 20 + 2 + 1);
}
