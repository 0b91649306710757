// SPDX-License-Identifier: MIT
// A model in a header has the same bits as the file that the header was made from, and computes the same bits. Prints
// the check sum of the model in the file.   embedded_weights model.safetensors
#include <cstdio>
#include <cstring>
#include <memory>
#include <transfix/core/quantized.hpp>
#include <transfix/io/safetensors.hpp>

#include "gesture_weights.hpp"

using namespace transfix;
using Embedded = std::remove_const_t<decltype(gesture_weights)>;

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto file = std::make_unique<gestures::Model>();
  io::load(*file, arguments[1]);
  const auto loaded = std::make_unique<Embedded>();
  quantize(*file, *loaded);
  std::printf("check sum %u\n", static_cast<unsigned>(gestures::check_sum(*loaded)));
  if (gestures::check_sum(gesture_weights) != gestures::check_sum(*loaded)) return 3;

  const auto from_header = std::make_unique<Inference<Embedded>>(gesture_weights);
  const auto from_file = std::make_unique<Inference<Embedded>>(*loaded);
  const gestures::Gestures data(200, 3);
  for (Index number = 0; number < data.size(); ++number) {
    const auto input = data.example(number).input;
    if (std::memcmp((*from_header)(input), (*from_file)(input), sizeof(float) * gestures::kinds) != 0) return 4;
  }
}
