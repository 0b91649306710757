// SPDX-License-Identifier: MIT
// The training of train.cpp on a computer, and its model in a file for embed_weights.   train_to_file model.safetensors
#include <cstdio>
#include <transfix/io/safetensors.hpp>

#include "training.hpp"

using namespace gestures;

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("train_to_file: say where to write the model\n", stderr);
    return 1;
  }
  try {
    Training training(optimizer, settings);
    train(training, Gestures(1'000'000, 1));
    transfix::io::save(training.model(), arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "train_to_file: %s\n", error.what());
    return 1;
  }
}
