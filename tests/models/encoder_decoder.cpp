// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/models/encoder_decoder.hpp>
#include <transfix/testing.hpp>

#include "../expression/values.hpp"

using namespace transfix;
using models::EncoderDecoder;
using models::EncoderDecoderConfig;

// The paper's base and big models, with one vocabulary of 37,000; the paper rounds to 65 and 213 million.
static_assert(parameter_count<EncoderDecoder<EncoderDecoderConfig{}>> == 63'082'496);
static_assert(parameter_count<EncoderDecoder<EncoderDecoderConfig{.width = 1024, .heads = 16, .hidden = 4096}>> ==
              214'245'376);

namespace {
// torch.nn.Transformer with its default arguments: the stacks alone, each with a norm at its end.
struct TorchDefault {
  nn::Repeat<nn::EncoderBlock<nn::BlockConfig{}>, 6> encoder;
  nn::LayerNorm<512> encoder_norm;
  nn::Repeat<nn::DecoderBlock<nn::BlockConfig{}>, 6> decoder;
  nn::LayerNorm<512> decoder_norm;
};
static_assert(parameter_count<TorchDefault> == 44'140'544);

constexpr Token source[7] = {3, 1, 4, 1, 5, 9, 2}, target[5] = {0, 2, 6, 5, 3};
template <nn::NormPlace Norms>
using Small = EncoderDecoder<EncoderDecoderConfig{.vocabulary = 11,
                                                  .source_context = 7,
                                                  .target_context = 5,
                                                  .width = 8,
                                                  .heads = 2,
                                                  .hidden = 12,
                                                  .encoder_layers = 2,
                                                  .decoder_layers = 2,
                                                  .norms = Norms,
                                                  .dropout = true},
                             double>;
template <class Model>
struct Layer {
  Model model;
  auto operator()() const { return model(typename Model::Input{{source}, {target}, 4}); }
};
}  // namespace

TEST_CASE("encoder-decoder: gradients of the whole model against central differences") {
  Context context;
  context.dropout = 0.2f;
  CHECK(testing::gradient_error(Layer<Small<nn::NormPlace::after>>{}, context) < 1e-6);
  CHECK(testing::gradient_error(Layer<Small<nn::NormPlace::before>>{}, context) < 1e-6);
}

TEST_CASE("encoder-decoder: padding of the source changes nothing, a later target token nothing earlier") {
  Small<nn::NormPlace::after> model;
  Random random(1);
  initialize(model, random);
  Token other_source[7] = {3, 1, 4, 1, 8, 8, 8}, other_target[5] = {0, 2, 6, 5, 9};
  const auto logits = [&](const Token* from, const Token* to) {
    return support::values([&] { return model({{from}, {to}, 4}); });
  };
  const auto expected = logits(source, target);
  CHECK(logits(other_source, target) == expected);
  const auto changed = logits(source, other_target);
  for (std::size_t i = 0; i < 4 * 11; ++i) CHECK(changed[i] == expected[i]);
  CHECK(changed[4 * 11] != expected[4 * 11]);
}
