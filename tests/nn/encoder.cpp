// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/masks.hpp>
#include <transfix/nn/encoder.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

namespace {
constexpr nn::BlockConfig after{.width = 12, .heads = 3, .hidden = 20};
constexpr nn::BlockConfig before{
    .width = 12, .heads = 3, .hidden = 20, .norms = nn::NormPlace::before, .dropout = true};

struct PaddedEncoder {
  nn::EncoderBlock<after, nn::Gelu, double> block;
  auto operator()(auto x) const { return block(x, KeyPadding{6}); }
};
struct PaddedDecoder {
  nn::DecoderBlock<after, nn::Gelu, double> block;
  auto operator()(auto x, auto source) const { return block(x, source, KeyPadding{4}); }
};
}  // namespace

TEST_CASE("encoder block: gradients with norms after and before, dropout and padding") {
  Context context;
  context.dropout = 0.3f;
  CHECK(gradient_error(nn::EncoderBlock<after, nn::Gelu, double>{}, Shape<9, 12>{}) < 1e-6);
  CHECK(gradient_error(nn::EncoderBlock<before, nn::GeluTanh, double>{}, context, Shape<9, 12>{}) < 1e-6);
  CHECK(gradient_error(PaddedEncoder{}, Shape<9, 12>{}) < 1e-6);
}

TEST_CASE("decoder block: gradients in target, source and parameters") {
  Context context;
  context.dropout = 0.3f;
  CHECK(gradient_error(nn::DecoderBlock<after, nn::Silu, double>{}, Shape<5, 12>{}, Shape<9, 12>{}) < 1e-6);
  CHECK(gradient_error(nn::DecoderBlock<before, nn::Silu, double>{}, context, Shape<5, 12>{}, Shape<9, 12>{}) < 1e-6);
  CHECK(gradient_error(PaddedDecoder{}, Shape<5, 12>{}, Shape<9, 12>{}) < 1e-6);
}
