// SPDX-License-Identifier: MIT
// Layers at the shapes of the models A, B, C and L, forward and with the gradients of inputs and parameters, one
// sequence on one thread. Products count as 2 x weights x rows, attention as if no mask made anything unnecessary.
#include <transfix/nn/attention.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/nn/feed_forward.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/recurrent.hpp>

#include "../pass.hpp"

namespace {

using namespace benchmarks;

template <class Layer, Index Rows, Index Width, bool Attends = false>
void add(const std::string& name) {
  const double products = 2.0 * static_cast<double>(parameter_count<Layer> * Rows);
  const double attention = Attends ? 4.0 * static_cast<double>(Rows * Rows * Width) : 0;
  add_pass<Layer, Shape<Rows, Width>>(name, {products + attention});
}

template <Index Rows, Index Width, Index Heads>
void add_layers(const std::string& model) {
  constexpr nn::BlockConfig block{.width = Width, .heads = Heads, .hidden = 4 * Width, .norms = nn::NormPlace::before};
  add<nn::Linear<Width, 4 * Width>, Rows, Width>("linear/" + model);
  add<nn::FeedForward<Width, 4 * Width, nn::Gelu>, Rows, Width>("feed_forward/" + model);
  add<nn::SelfAttention<Width, Heads>, Rows, Width, true>("self_attention/" + model);
  add<nn::EncoderBlock<block, nn::Gelu>, Rows, Width, true>("encoder_block/" + model);
}

}  // namespace

int main(int count, char** arguments) {
  add_layers<64, 128, 4>("A");
  add_layers<256, 384, 6>("B");
  add_layers<64, 768, 12>("C");
  add<nn::Lstm<128, 128>, 64, 128>("lstm/L");
  add<nn::Gru<128, 128>, 64, 128>("gru/L");
  return run_all(count, arguments);
}
