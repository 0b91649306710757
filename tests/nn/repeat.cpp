// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <string>
#include <transfix/expression/activations.hpp>
#include <transfix/io/path_text.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/repeat.hpp>
#include <transfix/testing.hpp>

using namespace transfix;
using testing::gradient_error;

namespace {
struct Layer {
  nn::Linear<9, 9, double> linear;
  auto operator()(auto x) const { return x + gelu(linear(x)); }
};

template <Index Count>
struct Stack {
  nn::Repeat<Layer, Count> layers;
  auto operator()(auto x) const { return layers(std::move(x)); }
};

struct Shifted {
  auto operator()(auto x, double by) const { return x + by; }
};
}  // namespace

TEST_CASE("repeat: gradients of all layers and of the input") {
  CHECK(gradient_error(Stack<1>{}, Shape<5, 9>{}) < 1e-6);
  CHECK(gradient_error(Stack<4>{}, Shape<5, 9>{}) < 1e-6);
}

TEST_CASE("repeat: layers are counted and named by number") {
  static_assert(parameter_count<Stack<4>> == 4 * parameter_count<Layer>);
  static Stack<3> stack;
  std::vector<std::string> names;
  for_each_parameter(stack, [&](const Path& path, auto&) { names.push_back(io::detail::written(path)); });
  CHECK(names == std::vector<std::string>{"layers.0.linear.weight", "layers.0.linear.bias", "layers.1.linear.weight",
                                          "layers.1.linear.bias", "layers.2.linear.weight", "layers.2.linear.bias"});
}

TEST_CASE("repeat: layers may be told their number") {
  static nn::Repeat<Shifted, 3> shifts;
  const double x[] = {1, 2};
  testing::Pass pass([&] {
    return shifts(Name<double, Shape<1, 2>>(x), [](Index number) { return static_cast<double>(number + 1); });
  });
  CHECK(pass.forward()[0] == 7);
  CHECK(pass.forward()[1] == 8);
}
