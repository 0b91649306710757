// SPDX-License-Identifier: MIT
// Names gestures with a model that lies in flash, from a header that examples/embed_weights wrote. It takes less than
// 64 KiB of RAM. `examples/embedded/run infer` makes the header, builds this for a Cortex-M4 and runs it in QEMU.
#include "board.hpp"
#include "gesture_weights.hpp"

using namespace gestures;

static Gestures test_data(1000, 2);

int main() {
  static transfix::Inference<decltype(gesture_weights)> inference(gesture_weights);
  board::print("weights: ", std::ptrdiff_t{sizeof gesture_weights}, " bytes of flash, check sum ",
               check_sum(gesture_weights));
  for (Index number = 0; number < 5; ++number) {
    const auto example = test_data.example(number);
    board::print("a ", names[example.target[0]], " is taken for a ", names[likeliest(inference(example.input))]);
  }
  const Index right = count_right(inference, test_data);
  board::print("test: ", right, " of ", test_data.size(), " new gestures named rightly");
  const bool small = board::report_memory(std::ptrdiff_t{sizeof inference + sizeof test_data});
  return small && right >= 950 ? 0 : 1;
}
