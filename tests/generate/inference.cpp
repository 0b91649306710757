// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <memory>
#include <transfix/generate/inference.hpp>
#include <transfix/models/gpt.hpp>

#include "../expression/values.hpp"

using namespace transfix;

TEST_CASE("inference: what the model computes, input after input") {
  using Model =
      models::Gpt<models::GptConfig{.vocabulary = 11, .context = 6, .width = 8, .heads = 2, .layers = 2}, double>;
  static_assert(Inference<Model>::rows == 6 && Inference<Model>::columns == 11);
  const auto model = std::make_unique<Model>();
  Random random(1);
  initialize(*model, random, {0.5});
  const auto inference = std::make_unique<Inference<Model>>(*model);
  for (const Token first : {0, 3, 0}) {
    const Token tokens[6] = {first, 1, 4, 1, 5, 9};
    const auto expected = support::values([&] { return (*model)(Tokens<6>{tokens}); });
    CHECK(support::largest_difference((*inference)(Tokens<6>{tokens}), expected) == 0);
  }
}
