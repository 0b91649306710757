// SPDX-License-Identifier: MIT
// Everything down to training and generation, without exceptions, RTTI, heap, files or threads.
#include <transfix/generate/generator.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/schedule/schedule.hpp>
#include <transfix/train/trainer.hpp>

using namespace transfix;

using Model = models::Gpt<models::GptConfig{
    .vocabulary = 16, .context = 16, .width = 16, .heads = 2, .layers = 1, .dropout = true}>;
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Serial>;
static_assert(Training::memory().total() < 160_KiB);

struct Sequence {
  struct Example {
    Model::Input input;
    Model::Target target;
  };
  Token tokens[64];
  static constexpr Index size() { return 64 - Model::context; }
  Example example(Index start) const { return {{tokens + start}, {tokens + start + 1}}; }
  const Sequence& each_once() const { return *this; }
};

alignas(64) static std::byte memory[static_cast<std::size_t>(Training::memory().total())];
static Sequence counting;

int main() {
  for (int i = 0; i < 64; ++i) counting.tokens[i] = static_cast<Token>(i % 8);
  static Training training(memory, sizeof memory, {.learning_rate = 1e-2f},
                           {.steps = 100, .batch = 2, .dropout = 0.0f});
  for (int step = 0; step < 100; ++step) training.step(counting);
  static Generator<Model> generator(training.model());
  Token token = 0;
  for (int i = 0; i < 20; ++i) {
    const Token next = generator.step(token, {.temperature = 0});
    if (next != (token + 1) % 8) return 1;
    token = next;
  }
  return training.evaluate(counting) < 0.1 ? 0 : 2;
}
