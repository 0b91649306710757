#include <iostream>
#include <transfix/io/save.hpp>
#include <transfix/text.hpp>
#include <transfix/transfix.hpp>

using namespace transfix;

int main() {
  const auto corpus = text::read_file("input.txt");
  const auto tokenizer = text::CharacterTokenizer::fit(corpus);
  const auto [train, validation] = data::split(tokenizer.encode(corpus), 0.9);

  using Model = models::Gpt<models::GptConfig{.vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4}>;
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<2>>;
  static_assert(Training::memory().total() < 32_MiB);  // the whole run, known before it starts

  Training trainer{{.learning_rate = 4e-3f}, {.steps = 2000, .batch = 12, .seed = 1337}};
  trainer.fit(data::next_token_windows<Model::context>(train), data::next_token_windows<Model::context>(validation));

  const auto prompt = tokenizer.encode("ROMEO:");
  std::cout << tokenizer.decode(generate(trainer.model(), prompt, {.tokens = 500, .temperature = 0.8})) << '\n';
  io::save(trainer.model(), "model.safetensors");
}
