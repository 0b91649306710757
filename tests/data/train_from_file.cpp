// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/data/token_file_windows.hpp>
#include <transfix/data/token_file_writer.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/transfix.hpp>

#include "files.hpp"

using namespace transfix;

TEST_CASE("training from a token file gives the very losses of training from memory, on two threads") {
  using Model = models::Gpt<models::GptConfig{.vocabulary = 11, .context = 8, .width = 16, .heads = 2, .layers = 1}>;
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Threads<2>>;
  const Folder folder;
  std::vector<Token> tokens(100);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<Token>(i * i % 11);
  data::TokenFileWriter writer(folder.path / "tokens", 11);
  writer.append(tokens);
  writer.finish();
  const data::TokenFile file(folder.path / "tokens");
  const data::TokenFileWindows<8> from_file(file);
  const auto from_memory = data::next_token_windows<8>(tokens);

  Training one{{.learning_rate = 1e-2f}, {.steps = 10, .batch = 4, .seed = 3}};
  Training other{{.learning_rate = 1e-2f}, {.steps = 10, .batch = 4, .seed = 3}};
  for (int step = 0; step < 10; ++step) CHECK(one.step(from_file) == other.step(from_memory));
  CHECK(one.evaluate(from_file) == other.evaluate(from_memory));
}
