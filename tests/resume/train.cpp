// SPDX-License-Identifier: MIT
// train CHECKPOINT MODEL: a run with all that a checkpoint must remember, which may be killed at any moment.
#include <transfix/data/windows.hpp>
#include <transfix/io/file.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/optim/adafactor.hpp>
#include <transfix/optim/averaged.hpp>
#include <transfix/train/checkpoint.hpp>
#include <transfix/transfix.hpp>
#include <vector>

using namespace transfix;

using Model = models::Gpt<models::GptConfig{
    .vocabulary = 16, .context = 16, .width = 32, .heads = 2, .layers = 2, .dropout = true}>;
using Training = Trainer<Model, loss::CrossEntropy, optim::Averaged<optim::Adafactor>, schedule::WarmupCosine>;

int main(int count, char** arguments) {
  if (count != 3) return 2;
  io::remove_unfinished(arguments[2]);  // it may have been killed while it saved
  std::vector<Token> tokens;
  Random random(3);
  for (Index place = 0; place < 400; ++place) tokens.push_back(static_cast<Token>((place % 7) + random.below(9)));
  const auto windows = data::next_token_windows<Model::context>(tokens);
  Training trainer{{}, {.epochs = 3, .batch = 4, .dropout = 0.1f, .evaluate_every = 50}};
  trainer.fit(windows, windows, Checkpoint{.path = arguments[1], .every = 3});
  io::save(trainer.result(), arguments[2]);
}
