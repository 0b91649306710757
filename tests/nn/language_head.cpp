// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/nn/language_head.hpp>
#include <transfix/testing.hpp>

#include "../expression/values.hpp"

using namespace transfix;

namespace {
template <bool Tied>
struct Model {
  nn::Embedding<7, 5, double> embedding;
  [[no_unique_address]] nn::LanguageHead<5, 7, Tied, double> head;
  auto operator()(auto x) const { return nn::logits(x, embedding, head); }
};
}  // namespace

TEST_CASE("language head: tied it is the embedding transposed and has no numbers of its own") {
  static_assert(parameter_count<Model<true>> == 35);
  static_assert(parameter_count<Model<false>> == 70);
  const support::Numbers<Shape<3, 5>> x(1);
  Model<true> model;
  Random random(2);
  initialize(model, random, {1});
  const auto logits = support::values([&] { return model(x.name()); });
  for (Index row = 0; row < 3; ++row) {
    for (Index token = 0; token < 7; ++token) {
      double sum = 0;
      for (Index i = 0; i < 5; ++i) sum += x(row, i) * model.embedding.weight.data[token * 5 + i];
      CHECK(logits[static_cast<std::size_t>(row * 7 + token)] == doctest::Approx(sum));
    }
  }
}

TEST_CASE("language head: gradients, tied and free") {
  CHECK(testing::gradient_error(Model<true>{}, Shape<3, 5>{}) < 1e-6);
  CHECK(testing::gradient_error(Model<false>{}, Shape<3, 5>{}) < 1e-6);
}
