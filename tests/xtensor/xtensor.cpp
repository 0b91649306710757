// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/data/example.hpp>
#include <transfix/data/from_range.hpp>
#include <transfix/expression/matmul.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/gpt.hpp>
#include <transfix/optim/sgd.hpp>
#include <transfix/report/attention_maps.hpp>
#include <transfix/testing.hpp>
#include <transfix/train/trainer.hpp>
#include <transfix/xtensor.hpp>
#if __has_include(<xtensor/containers/xtensor.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

using namespace transfix;

TEST_CASE("a parameter is seen as an xt array in the same memory") {
  Parameter<Shape<2, 3>> parameter{};
  auto view = as_xtensor(parameter);
  CHECK(view.dimension() == 2);
  CHECK(view.shape()[0] == 2);
  CHECK(view.shape()[1] == 3);
  view(1, 2) = 7;
  CHECK(parameter.data[5] == 7);
  CHECK(view.data() == parameter.data);
  CHECK(xt::sum(as_xtensor(std::as_const(parameter)))() == 7);
}

TEST_CASE("any xt expression of the right shape fills a parameter") {
  Parameter<Shape<2, 2>, double> parameter{};
  const xt::xtensor<double, 2> a{{1, 2}, {3, 4}};
  assign(parameter, 2.0 * a + 1.0);
  CHECK(parameter.data[0] == 3);
  CHECK(parameter.data[3] == 9);
  const double turned[] = {3, 7, 5, 9};
  assign(parameter, xt::transpose(as_xtensor(parameter)));  // of the parameter itself
  CHECK(std::equal(turned, turned + 4, parameter.data));
}

TEST_CASE("an xt array is an operand, without a copy") {
  xt::xtensor<double, 2> a{{1, 2, 3}, {4, 5, 6}}, b{{1, 0}, {0, 1}, {1, 1}};
  testing::Pass pass([&] { return matmul(from_xtensor<Shape<2, 3>>(a), from_xtensor<Shape<3, 2>>(b)); });
  const auto product = as_xtensor<Shape<2, 2>>(pass.forward());
  CHECK(product(0, 0) == 4);
  CHECK(product(1, 1) == 11);
  a(0, 0) = 10;
  CHECK(as_xtensor<Shape<2, 2>>(pass.forward())(0, 0) == 13);
}

TEST_CASE("a wrong shape is an error that names both shapes") {
  Parameter<Shape<2, 3>> parameter{};
  const xt::xtensor<float, 2> wrong = xt::zeros<float>({3, 2});
  CHECK_THROWS_WITH_AS(assign(parameter, wrong),
                       "an xtensor array of shape [3, 2] stands where [2, 3] is needed; reshape it first", Error);
  CHECK_THROWS_AS((from_xtensor<Shape<3, 3>>(wrong)), Error);
  CHECK(parameter.data[0] == 0);
}

namespace {
using Model = models::Gpt<models::GptConfig{.vocabulary = 7, .context = 6, .width = 8, .heads = 2, .layers = 1}>;

auto started_model() {
  auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random);
  return model;
}
}  // namespace

TEST_CASE("a gradient is seen as an xt array in the same memory") {
  struct Weights {
    Parameter<Shape<2, 3>, double> weight;
  };
  struct ModelAndGradient {
    Weights model{}, gradient{};
  } both;
  const xt::xtensor<double, 2> x{{1, 2}};
  Context context;
  context.gradient_offset = reinterpret_cast<std::byte*>(&both.gradient) - reinterpret_cast<std::byte*>(&both.model);
  testing::Pass pass([&] { return matmul(from_xtensor<Shape<1, 2>>(x), both.model.weight); }, context);
  const auto gradient = as_xtensor(both.gradient.weight);
  pass.forward();
  const xt::xtensor<double, 2> weights{{1, 10, 100}};
  pass.backward(weights.data());
  const xt::xtensor<double, 2> expected{{1, 10, 100}, {2, 20, 200}};
  CHECK(xt::allclose(gradient, expected));
}

TEST_CASE("rows of xt arrays are the examples of a training, and are seen again as xt arrays") {
  xt::xtensor<Token, 2> texts = xt::zeros<Token>({5, 6}), next = texts;
  for (std::size_t row = 0; row < 5; ++row) {
    for (std::size_t i = 0; i < 6; ++i) {
      texts(row, i) = static_cast<Token>((row + i) % 7);
      next(row, i) = static_cast<Token>((row + i + 1) % 7);
    }
  }
  const auto data = data::from_functions(5, [&](Index number) {
    return data::Example<Tokens<6>, Tokens<6>>{row_from_xtensor<Tokens<6>>(texts, number),
                                               row_from_xtensor<Tokens<6>>(next, number)};
  });
  const auto seen = as_xtensor(data.example(3).input);
  CHECK(seen.data() == &texts(3, 0));
  CHECK(xt::all(xt::equal(seen, xt::view(texts, 3, xt::all()))));

  Trainer<Model, loss::CrossEntropy, optim::Sgd> trainer({.learning_rate = 0.5f}, {.steps = 30, .batch = 5});
  const double before = trainer.evaluate(data);
  for (int step = 0; step < 30; ++step) trainer.step(data);
  CHECK(trainer.evaluate(data) < 0.7 * before);

  CHECK_THROWS_WITH_AS(row_from_xtensor<Tokens<5>>(texts, 0),
                       "an xtensor array of shape [5, 6] stands where rows of 5 numbers are needed; reshape it first",
                       Error);
  CHECK_THROWS_WITH_AS(row_from_xtensor<Tokens<6>>(texts, 5), "row 5 of an xtensor array that has 5 rows", Error);
  const xt::xtensor<float, 2> numbers{{1, 2}, {3, 4}};
  CHECK(as_xtensor(row_from_xtensor<Values<2>>(numbers, 1))(1) == 4);
}

TEST_CASE("logits and attention maps are seen as xt arrays, without a copy") {
  const auto model = started_model();
  Inference<Model> inference(*model);
  const xt::xtensor<Token, 2> texts{{1, 2, 3, 4, 5, 6}};
  const auto input = row_from_xtensor<Tokens<6>>(texts, 0);
  const auto logits = as_xtensor(inference, input);
  CHECK(logits.shape()[0] == 6);
  CHECK(logits.shape()[1] == 7);
  CHECK(logits(5, 6) == logits.data()[41]);
  CHECK(logits.data() == inference(input));

  auto maps = report::attention_maps(*model, input);
  auto view = as_xtensor(maps[0]);
  CHECK(view.data() == maps[0].probabilities.data());
  CHECK(view.shape()[0] == 2);
  CHECK(view(1, 4, 2) == maps[0](1, 4, 2));
  CHECK(xt::allclose(xt::sum(view, {2}), 1.0));
}
