// SPDX-License-Identifier: MIT
// What weights of 8 and of 4 bits cost in loss: trains a character model on nine tenths of a text, and evaluates it on
// the last tenth with its numbers in float and quantised.
//   quantized_loss TEXT [STEPS]
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <transfix/expression/quantized.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/transfix.hpp>

#include "../characters.hpp"

namespace {

using namespace transfix;

constexpr models::GptConfig config{
    .vocabulary = 65, .context = 64, .width = 128, .heads = 4, .layers = 4, .bias = false};
using Plain = models::Gpt<config>;
using Training = Trainer<Plain, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Threads<2>>;

/// The mean loss over windows side by side.
template <class Model>
double mean_loss(const Model& model, const std::vector<Token>& tokens) {
  using Runner = Inference<Model>;
  const auto inference = std::make_unique<Runner>(model);
  double sum = 0;
  Index count = 0;
  for (Index start = 0; start + config.context < std::ssize(tokens); start += config.context) {
    const Token* const window = tokens.data() + start;
    const auto* logits = (*inference)({window});
    for (Index row = 0; row < Runner::rows; ++row, ++count) {
      const auto* const of_row = logits + row * Runner::columns;
      double exponentials = 0;
      for (Index column = 0; column < Runner::columns; ++column) exponentials += std::exp(double{of_row[column]});
      sum += std::log(exponentials) - double{of_row[window[row + 1]]};
    }
  }
  return sum / static_cast<double>(count);
}

template <Index Bits>
void add_quantized(const Plain& plain, const std::vector<Token>& tokens, double loss_of_floats) {
  using Small = models::Gpt<config, Quantized<Bits>>;
  const auto small = std::make_unique<Small>();
  quantize(plain, *small);
  const double loss = mean_loss(*small, tokens);
  std::cout << "| " << Bits << " bits | " << sizeof(Small) / 1024 << " | " << loss << " | +" << loss - loss_of_floats
            << " |\n";
}

void run(std::span<char* const> arguments) {
  if (arguments.size() < 2) fail("usage: quantized_loss TEXT [STEPS]");
  const auto [training, validation] = benchmarks::characters_of(arguments[1], config.vocabulary);
  const Index steps = arguments.size() > 2 ? std::stol(arguments[2]) : 2000;
  Training trainer({.learning_rate = 4e-3f}, {.steps = steps, .batch = 12});
  const auto data = data::next_token_windows<config.context>(training);
  for (Index step = 0; step < steps; ++step) trainer.step(data);
  const double loss = mean_loss(trainer.model(), validation);
  std::cout << std::fixed << std::setprecision(4) << "| weights | KiB | validation loss | more |\n"
            << "| --- | --- | --- | --- |\n| float | " << sizeof(Plain) / 1024 << " | " << loss << " | |\n";
  add_quantized<8>(trainer.model(), validation, loss);
  add_quantized<4>(trainer.model(), validation, loss);
}

}  // namespace

int main(int count, char** arguments) try {
  run({arguments, static_cast<std::size_t>(count)});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
