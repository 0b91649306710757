// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/expression/quantized.hpp>
#include <transfix/generate/generator.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/nn/initialize.hpp>

#include "values.hpp"

using namespace transfix;

namespace {
/// A random matrix, its quantized form, and the numbers that the form stands for.
template <class Shape, int Bits, class Scalar>
struct Rounded {
  using Matrix = Parameter<Shape, Quantized<Bits, Scalar>>;
  std::unique_ptr<Matrix> matrix = std::make_unique<Matrix>();
  std::vector<Scalar> original = support::normal_numbers<Scalar>(Shape::size, 3), unpacked = original;
  Rounded() {
    quantize_matrix(original.data(), *matrix);
    kernels::unpack_rows(*matrix, 0, Shape::rows, unpacked.data());
  }
};

template <class Shape, int Bits, class Scalar>
void check_rounding() {
  const Rounded<Shape, Bits, Scalar> rounded;
  constexpr Index columns = Shape::columns;
  for (Index i = 0; i < Shape::size; ++i) {
    const Index row = i / columns, first = i % columns / 32 * 32;
    double largest = 0;
    for (Index c = first; c < std::min(first + 32, columns); ++c) {
      const auto at = static_cast<std::size_t>(row * columns + c);
      largest = std::max(largest, std::abs(static_cast<double>(rounded.original[at])));
    }
    const auto at = static_cast<std::size_t>(i);  // at most half a step of the group's scale
    REQUIRE(std::abs(static_cast<double>(rounded.unpacked[at] - rounded.original[at])) <=
            0.5001 * largest / (Bits == 8 ? 127 : 7));
  }
}

template <Index Rows, class Shape, int Bits, class Scalar, bool Transposed>
void check_product() {
  const Rounded<Shape, Bits, Scalar> rounded;
  constexpr Index depth = Transposed ? Shape::columns : Shape::rows;
  constexpr Index columns = Transposed ? Shape::rows : Shape::columns;
  const auto x = support::normal_numbers<Scalar>(Rows * depth, 4);
  const auto left = constant<transfix::Shape<Rows, depth>>(x.data());
  const auto y = support::values([&] {
    if constexpr (Transposed) {
      return matmul(left, transpose(*rounded.matrix));
    } else {
      return matmul(left, *rounded.matrix);
    }
  });
  double worst = 0;
  for (Index m = 0; m < Rows; ++m) {
    for (Index n = 0; n < columns; ++n) {
      double sum = 0;
      for (Index k = 0; k < depth; ++k) {
        const Index place = Transposed ? n * depth + k : k * columns + n;
        sum += static_cast<double>(x[static_cast<std::size_t>(m * depth + k)]) *
               static_cast<double>(rounded.unpacked[static_cast<std::size_t>(place)]);
      }
      worst = std::max(worst, std::abs(static_cast<double>(y[static_cast<std::size_t>(m * columns + n)]) - sum));
    }
  }
  CHECK(worst < (sizeof(Scalar) == 4 ? 2e-4 : 1e-10));
}

template <int Bits, class Scalar>
void check_all() {
  check_rounding<Shape<5, 64>, Bits, Scalar>();
  check_rounding<Shape<3, 45>, Bits, Scalar>();
  check_product<1, Shape<70, 96>, Bits, Scalar, false>();
  check_product<1, Shape<70, 96>, Bits, Scalar, true>();
  check_product<3, Shape<67, 32>, Bits, Scalar, false>();
  check_product<20, Shape<70, 96>, Bits, Scalar, false>();
  check_product<20, Shape<130, 96>, Bits, Scalar, true>();
  check_product<1, Shape<70, 352>, Bits, Scalar, false>();   // more groups than lanes, and no multiple of them
  check_product<1, Shape<520, 256>, Bits, Scalar, false>();  // large enough to come from memory
  check_product<1, Shape<520, 256>, Bits, Scalar, true>();
  check_product<70, Shape<130, 96>, Bits, Scalar, false>();  // enough rows to be packed
  check_product<70, Shape<130, 96>, Bits, Scalar, true>();
  check_product<2, Shape<67, 45>, Bits, Scalar, false>();  // columns that are no whole groups
  check_product<2, Shape<67, 45>, Bits, Scalar, true>();
}
}  // namespace

TEST_CASE("quantized: products and rounding, 8 bits") {
  check_all<8, float>();
  check_all<8, double>();
}
TEST_CASE("quantized: products and rounding, 4 bits") {
  check_all<4, float>();
  check_all<4, double>();
}

TEST_CASE("quantized: a GPT runs and generates in a quarter of the memory, close to what it did") {
  constexpr models::GptConfig config{.vocabulary = 96, .context = 16, .width = 64, .heads = 4, .layers = 2};
  using Plain = models::Gpt<config>;
  using Small = models::Gpt<config, Quantized<8>>;
  static_assert(sizeof(Small) < 0.31 * sizeof(Plain));
  static_assert(sizeof(models::Gpt<config, Quantized<4>>) < 0.19 * sizeof(Plain));
  const auto plain = std::make_unique<Plain>();
  Random random(5);
  initialize(*plain, random, {.deviation = 0.2});
  const auto small = std::make_unique<Small>();
  quantize(*plain, *small);
  const auto first = std::make_unique<Generator<Plain>>(*plain);
  const auto second = std::make_unique<Generator<Small>>(*small);
  double difference = 0, size = 0;
  for (Token token = 3; token < 19; ++token) {
    const float* const a = first->read(token);
    const float* const b = second->read(token);
    for (Index i = 0; i < config.vocabulary; ++i) {
      difference += std::pow(double{a[i]} - double{b[i]}, 2);
      size += std::pow(double{a[i]}, 2);
    }
  }
  CHECK(std::sqrt(difference / size) < 0.02);
  // All places at once give the same as one after the other.
  const auto inference = std::make_unique<Inference<Small>>(*small);
  std::vector<Token> tokens;
  for (Token token = 3; token < 19; ++token) tokens.push_back(token);
  const float* const logits = (*inference)(Tokens<16>{tokens.data()});
  second->restart();
  for (Index place = 0; place < 16; ++place) {
    const float* const row = second->read(tokens[static_cast<std::size_t>(place)]);
    for (Index i = 0; i < config.vocabulary; ++i) {
      REQUIRE(std::abs(row[i] - logits[place * config.vocabulary + i]) < 1e-4);
    }
  }
}
