// SPDX-License-Identifier: MIT
// How the time for a token of training grows with width, depth, context and vocabulary of a GPT on one thread, with
// the exponent that fits best, and that memory does not grow with the batch.
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <transfix/data/windows.hpp>
#include <transfix/transfix.hpp>

#include "../memory.hpp"

namespace {

using namespace transfix;

constexpr models::GptConfig usual{.vocabulary = 64, .context = 64, .width = 128, .heads = 4, .layers = 4};

constexpr models::GptConfig with(Index models::GptConfig::*number, Index value) {
  models::GptConfig config = usual;
  config.*number = value;
  return config;
}

template <class Model>
std::vector<Token> random_tokens() {
  std::vector<Token> tokens(50'000);
  Random random(1);
  for (Token& token : tokens) token = static_cast<Token>(random.below(Model::vocabulary));
  return tokens;
}

template <class Model>
using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::Constant, Threads<1, 1>>;

/// The median of steps over 1,024 tokens.
template <models::GptConfig Config>
double microseconds_a_token() {
  using Model = models::Gpt<Config>;
  constexpr Index tokens_of_step = 1024;
  const auto tokens = random_tokens<Model>();
  const auto data = data::next_token_windows<Model::context>(tokens);
  Training<Model> trainer({}, {.batch = tokens_of_step / Model::context});
  trainer.step(data);
  std::vector<double> times;
  for (double sum = 0; sum < 1 || times.size() < 3; sum += times.back()) {
    const auto start = std::chrono::steady_clock::now();
    trainer.step(data);
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + std::ssize(times) / 2, times.end());
  return 1e6 * times[times.size() / 2] / tokens_of_step;
}

/// The slope of the line through the logarithms that is nearest in squares.
double exponent(const std::vector<double>& sizes, const std::vector<double>& times) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto count = static_cast<double>(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const double u = std::log(sizes[i]), v = std::log(times[i]);
    x += u;
    y += v;
    xx += u * u;
    xy += u * v;
  }
  return (count * xy - x * y) / (count * xx - x * x);
}

template <Index models::GptConfig::*Number, Index... Sizes>
void grow(const char* name) {
  const std::vector<double> sizes{static_cast<double>(Sizes)...};
  const std::vector<double> times{microseconds_a_token<with(Number, Sizes)>()...};
  const std::vector<double> last_sizes(sizes.end() - 2, sizes.end()), last_times(times.end() - 2, times.end());
  std::cout << "| " << name << " |" << std::fixed << std::setprecision(1);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::cout << " " << std::lround(sizes[i]) << ": " << times[i] << (i + 1 < sizes.size() ? "," : "");
  }
  std::cout << std::setprecision(2) << " | " << exponent(sizes, times) << " | " << exponent(last_sizes, last_times)
            << " |" << std::endl;
}

/// Batches in growing order: the most memory so far stays what the first one took.
void show_memory() {
  using Model = models::Gpt<usual>;
  const auto tokens = random_tokens<Model>();
  const auto data = data::next_token_windows<Model::context>(tokens);
  std::cout << "\n| sequences a batch | MiB, the most so far |\n| --- | --- |\n" << std::fixed << std::setprecision(1);
  for (Index batch = 4; batch <= 1024; batch *= 4) {
    Training<Model> trainer({}, {.batch = batch});
    trainer.step(data);
    std::cout << "| " << batch << " | " << benchmarks::peak_resident_mebibytes() << " |" << std::endl;
  }
}

}  // namespace

int main() {
  show_memory();
  std::cout << "\n| of a GPT with | microseconds a token | exponent | of the last two |\n| --- | --- | --- | --- |\n";
  grow<&models::GptConfig::width, 64, 128, 256, 512, 1024>("width");
  grow<&models::GptConfig::layers, 2, 4, 8, 16>("layers");
  grow<&models::GptConfig::context, 64, 128, 256, 512, 1024>("context");
  grow<&models::GptConfig::vocabulary, 64, 512, 4096, 32768>("vocabulary");
}
