// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <transfix/nn/embedding.hpp>
#include <transfix/nn/initialize.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/norm.hpp>

using namespace transfix;

namespace {
struct Model {
  nn::Embedding<50, 40> embedding;
  nn::Linear<40, 50> linear;
  nn::LayerNorm<40> norm;
};

double deviation_of(const auto& parameter) {
  double square = 0;
  for (const float number : parameter.data) square += double{number} * double{number};
  return std::sqrt(square / static_cast<double>(std::size(parameter.data)));
}
}  // namespace

TEST_CASE("initialize: every part gets its first numbers") {
  const auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random);
  CHECK(deviation_of(model->embedding.weight) == doctest::Approx(0.02).epsilon(0.1).scale(0));
  CHECK(deviation_of(model->linear.weight) == doctest::Approx(0.02).epsilon(0.1).scale(0));
  CHECK(deviation_of(model->linear.bias) == 0);
  CHECK(std::all_of(std::begin(model->norm.scale.data), std::end(model->norm.scale.data),
                    [](float x) { return x == 1; }));
  CHECK(deviation_of(model->norm.bias) == 0);
  // No two parts start alike.
  CHECK(std::memcmp(&model->embedding.weight, &model->linear.weight, sizeof model->linear.weight) != 0);
}

TEST_CASE("initialize: equal seeds give equal models, other seeds others; the scale scales") {
  const auto model = [](std::uint64_t seed, double deviation) {
    auto result = std::make_unique<Model>();
    Random random(seed);
    initialize(*result, random, {.deviation = deviation});
    return result;
  };
  CHECK(std::memcmp(model(1, 0.1).get(), model(1, 0.1).get(), sizeof(Model)) == 0);
  CHECK(std::memcmp(model(1, 0.1).get(), model(2, 0.1).get(), sizeof(Model)) != 0);
  CHECK(deviation_of(model(1, 0.1)->linear.weight) == doctest::Approx(0.1).epsilon(0.1).scale(0));
}
