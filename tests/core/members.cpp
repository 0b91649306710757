// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <transfix/core/members.hpp>
#include <vector>

using namespace transfix;

namespace {
template <Index Inputs, Index Outputs>
struct Affine {
  Parameter<Shape<Inputs, Outputs>> weight;
  Parameter<Shape<Outputs>> bias;
};
struct Activation {};
struct Block {
  Affine<3, 5> up;
  Activation activation;
  Affine<5, 3> down;
};
template <class Layer, Index Count>
struct Row {
  static constexpr Index count = Count;
  Layer items[Count];
};
struct Model {
  Parameter<Shape<7, 3>, double> embedding;
  Row<Block, 12> blocks;
  Affine<3, 2> head;
};
struct Config {
  Index width, heads;
};
template <Config Settings>
struct Configured {
  Parameter<Shape<Settings.width>> scale;
  Row<Affine<Settings.width, Settings.heads>, 2> layers;
};
struct Sixteen {
  Parameter<Shape<1>> a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, last;
};

template <class Type>
std::vector<std::string> names(Type& model) {
  std::vector<std::string> found;
  for_each_parameter(model, [&](const Path& path, auto&) {
    path.write([&, first = true](std::string_view piece) mutable {
      if (std::exchange(first, false)) found.emplace_back();
      found.back() += piece;
    });
  });
  return found;
}
}  // namespace

TEST_CASE("members: a parameter is named by the members that lead to it") {
  static Model model;
  const auto found = names(model);
  REQUIRE(found.size() == 1 + 12 * 4 + 2);
  CHECK(found[0] == "embedding");
  CHECK(found[1] == "blocks.0.up.weight");
  CHECK(found[2] == "blocks.0.up.bias");
  CHECK(found[3] == "blocks.0.down.weight");
  CHECK(found[48] == "blocks.11.down.bias");
  CHECK(found[50] == "head.bias");
  CHECK(names(std::as_const(model)) == found);
}

TEST_CASE("members: the names of a model that takes a config are its members' too") {
  static Configured<Config{.width = 4, .heads = 2}> model;
  const auto found = names(model);
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "scale");
  CHECK(found[4] == "layers.1.bias");
}

TEST_CASE("members: parameters are counted at compile time, those of repeated layers too") {
  static_assert(parameter_count<Activation> == 0);
  static_assert(parameter_count<Block> == 3 * 5 + 5 + 5 * 3 + 3);
  static_assert(parameter_count<const Model> == 7 * 3 + 12 * parameter_count<Block> + 3 * 2 + 2);
}

TEST_CASE("members: a visit reaches the parameters themselves, in memory order") {
  static Model model;
  double next = 1;
  const void* previous = nullptr;
  bool ascending = true;
  for_each_parameter(model, [&](const Path&, auto& parameter) {
    ascending = ascending && std::less<const void*>{}(previous, &parameter);
    previous = &parameter;
    for (auto& number : parameter.data) number = static_cast<std::remove_reference_t<decltype(number)>>(next++);
  });
  CHECK(ascending);
  CHECK(model.embedding.data[0] == 1.0);
  CHECK(model.head.bias.data[1] == static_cast<float>(parameter_count<Model>));
}

TEST_CASE("members: a layer may have sixteen members") {
  static Sixteen layer;
  const auto found = names(layer);
  REQUIRE(found.size() == 16);
  CHECK(found.front() == "a");
  CHECK(found.back() == "last");
}
