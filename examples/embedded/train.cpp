// SPDX-License-Identifier: MIT
// Trains a small Transformer on a microcontroller, and lets it name gestures that it has not seen. It fits into 256 KiB
// of RAM and takes no heap. `examples/embedded/run train` builds it for a Cortex-M4 and runs it in QEMU.
#include "training.hpp"

using namespace gestures;

alignas(transfix::Storage::alignment) static std::byte memory[static_cast<std::size_t>(Training::memory().total())];
static Gestures training_data(1'000'000, 1), test_data(1000, 2);

int main() {
  Training training(memory, sizeof memory, optimizer, settings);
  constexpr auto parts = Training::memory();
  board::print("memory(): ", parts.total(), " bytes = ", parts.parameters, " parameters + ", parts.gradients,
               " gradients + ", parts.optimizer, " optimizer + ", parts.tape, " tape + ", parts.workspace,
               " workspace");
  train(training, training_data);
  static transfix::Inference<Model> inference(training.model());
  const Index right = count_right(inference, test_data);
  board::print("test: ", right, " of ", test_data.size(), " new gestures named rightly");
  const std::ptrdiff_t data = sizeof training_data + sizeof test_data;
  board::print("promised: ", parts.total(), " by memory() + ", sizeof inference, " of Inference + ", data, " of data");
  const bool small = board::report_memory(parts.total() + std::ptrdiff_t{sizeof inference} + data);
  return small && right >= 950 ? 0 : 1;
}
