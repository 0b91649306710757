// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/generate/generator.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/llama.hpp>
#include <transfix/testing.hpp>

#include "../support.hpp"

using namespace transfix;
using models::Llama;
using models::LlamaConfig;

// TinyLlama 1.1B, SmolLM2-135M and stories260K.
static_assert(parameter_count<Llama<LlamaConfig{}>> == 1'100'048'384);
static_assert(
    parameter_count<Llama<LlamaConfig{
        .vocabulary = 49152, .width = 576, .hidden = 1536, .heads = 9, .key_heads = 3, .layers = 30, .tied = true}>> ==
    134'515'008);
static_assert(parameter_count<Llama<LlamaConfig{.vocabulary = 512,
                                                .context = 512,
                                                .width = 64,
                                                .hidden = 172,
                                                .heads = 8,
                                                .key_heads = 4,
                                                .layers = 5,
                                                .tied = true}>> == 260'032);

namespace {
template <bool Tied>
using Small = Llama<LlamaConfig{.vocabulary = 13,
                                .context = 21,
                                .width = 12,
                                .hidden = 20,
                                .heads = 6,
                                .key_heads = 2,
                                .layers = 2,
                                .tied = Tied},
                    double>;

template <class Model>
struct Layer {  // the model as a layer of its parameters alone
  Model model;
  auto operator()() const {
    static constexpr Token tokens[21] = {1, 5, 2, 12, 0, 3, 3, 7, 8, 1, 4, 9, 10, 11, 6, 2, 2, 5, 0, 12, 1};
    return model(Tokens<21>{tokens});
  }
};
}  // namespace

TEST_CASE("llama: gradients of the whole model against central differences") {
  CHECK(testing::gradient_error(Layer<Small<true>>{}, Context{}) < 1e-6);
  CHECK(testing::gradient_error(Layer<Small<false>>{}, Context{}) < 1e-6);
}

TEST_CASE("llama: the key-value cache gives the logits of the whole sequence") {
  const auto layer = std::make_unique<Layer<Small<false>>>();
  Random random(3);
  initialize(layer->model, random, {0.4});
  testing::Pass pass([&] { return (*layer)(); });
  const double* whole = pass.forward();
  const auto generator = std::make_unique<Generator<Small<false>>>(layer->model);
  constexpr Token tokens[] = {1, 5, 2, 12, 0, 3, 3, 7, 8, 1, 4, 9, 10, 11, 6, 2, 2, 5, 0, 12, 1};
  for (Index place = 0; place < 21; ++place) {
    const double* logits = generator->read(tokens[place]);
    const std::vector<double> expected(whole + place * 13, whole + place * 13 + 13);
    CHECK(support::largest_difference(logits, expected) < 1e-9);
  }
}
