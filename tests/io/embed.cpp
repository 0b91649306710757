// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>
#include <memory>
#include <transfix/io/embed.hpp>
#include <transfix/models/classifier.hpp>
#include <vector>

#include "../support.hpp"

using namespace transfix;

namespace {
const io::EmbeddedNames names{"Model", "model.hpp", "weights"};

/// All numbers of a header, in order.
template <class Number>
std::vector<Number> numbers_of(const std::string& header) {
  std::vector<Number> numbers;
  std::string text;
  bool comment = false;
  for (const char character : header.substr(header.find(" = {"))) {
    comment = character != '\n' && (comment || character == '/');
    if (character == ',' || character == '}') {
      char* end = nullptr;
      const double number =
          std::is_same_v<Number, float> ? double{std::strtof(text.c_str(), &end)} : std::strtod(text.c_str(), &end);
      if (end != text.c_str()) numbers.push_back(static_cast<Number>(number));
    }
    if (character == '{' || character == ',' || character == '}' || character == '\n') {
      if (character != '\n') text.clear();
    } else if (!comment) {
      text += character;
    }
  }
  return numbers;
}

template <class Scalar, class Model>
std::vector<Scalar> in_memory_order(const Model& model) {
  std::vector<Scalar> all;
  for_each_parameter(model, [&](const Path&, const auto& parameter) {
    if constexpr (requires { parameter.scales; }) {
      all.insert(all.end(), std::begin(parameter.bytes), std::end(parameter.bytes));
      all.insert(all.end(), std::begin(parameter.scales), std::end(parameter.scales));
    } else {
      all.insert(all.end(), std::begin(parameter.data), std::end(parameter.data));
    }
  });
  return all;
}

constexpr models::ClassifierConfig small{
    .classes = 3, .context = 4, .width = 8, .heads = 2, .hidden = 12, .layers = 2, .features = 5};

template <class Scalar>
auto random_classifier() {
  auto model = std::make_unique<models::FrameClassifier<small, Scalar>>();
  Random random(4);
  initialize(*model, random, {.deviation = 0.3});
  return model;
}
}  // namespace

TEST_CASE("embed: a header is the model as nested braces, each member by its name") {
  const nn::Linear<1, 3> layer{.weight = {{3, -0.0f, 16777216}}, .bias = {{0.1f, -2, 1e-20f}}};
  CHECK(io::embedded(layer, {"nn::Linear<1, 3>", "linear.hpp", "layer_1"}) ==
        "// 6 numbers of a model; written by transfix, not by hand.\n"
        "// clang-format off\n"
        "#pragma once\n"
        "#include \"linear.hpp\"\n"
        "\n"
        "inline constexpr nn::Linear<1, 3> layer_1 = {\n"
        ".weight = {.data = {  // weight\n"
        "3.0f,-0.0f,16777216.0f,}},\n"
        ".bias = {.data = {  // bias\n"
        "0.1f,-2.0f,1e-20f,}}};\n");
}

TEST_CASE("embed: parts that are empty and layers of one type have braces of their own") {
  const nn::Repeat<nn::Linear<1, 1, double, false>, 2> layers{
      {{.weight = {{0.5}}, .bias = {}}, {.weight = {{2}}, .bias = {}}}};
  const std::string header = io::embedded(layers, names);
  CHECK(support::contains(header,
                          "weights = {.items = {\n{\n.weight = {.data = {  // 0.weight\n0.5,}},\n.bias = {}},\n"
                          "{\n.weight = {.data = {  // 1.weight\n2.0,}},\n.bias = {}}}};\n"));
}

TEST_CASE("embed: every number of a model is in the header, in the order of memory and bit by bit") {
  const auto plain = random_classifier<float>();
  plain->body.head.bias.data[0] = std::numeric_limits<float>::denorm_min();
  plain->body.head.bias.data[1] = std::numeric_limits<float>::max();
  const auto numbers = in_memory_order<float>(*plain);
  REQUIRE(std::ssize(numbers) == parameter_count<models::FrameClassifier<small>>);
  CHECK(numbers_of<float>(io::embedded(*plain, names)) == numbers);

  const auto wide = random_classifier<double>();
  CHECK(numbers_of<double>(io::embedded(*wide, names)) == in_memory_order<double>(*wide));

  using Small = models::FrameClassifier<small, Quantized<8>>;
  const auto rounded = std::make_unique<Small>();
  quantize(*plain, *rounded);
  const std::string header = io::embedded(*rounded, names);
  CHECK(numbers_of<float>(header) == in_memory_order<float>(*rounded));
  CHECK(support::contains(header, "#include <transfix/expression/quantized.hpp>\n"));
}

TEST_CASE("embed: its lines are short") {
  const auto plain = random_classifier<float>();
  const std::string header = io::embedded(*plain, names);
  std::size_t start = 0;
  for (std::size_t end = header.find('\n'); end != header.npos; end = header.find('\n', start)) {
    REQUIRE(end - start <= 118);
    start = end + 1;
  }
}

TEST_CASE("embed: numbers that are not finite and names that are none are refused") {
  nn::Linear<1, 3> layer{};
  layer.bias.data[2] = std::numeric_limits<float>::quiet_NaN();
  CHECK(support::message_of([&] { io::embedded(layer, names); }) ==
        "number 2 of bias is not finite, and nothing can be computed with such a model; embed one whose training did "
        "not diverge");
  layer.bias.data[2] = -std::numeric_limits<float>::infinity();
  CHECK(support::contains(support::message_of([&] { io::embedded(layer, names); }), "number 2 of bias is not finite"));
  for (const char* name : {"", "3d", "my-weights", "a b", "x;"}) {
    CAPTURE(name);
    CHECK(support::contains(support::message_of([&] {
                              io::embedded(layer, {"Model", "model.hpp", name});
                            }),
                            "a variable cannot be called"));
  }
}

TEST_CASE("embed: a header that cannot be made leaves what was there before") {
  const auto path = std::filesystem::temp_directory_path() / "transfix_embed_test.hpp";
  nn::Linear<1, 3> layer{};
  io::save_as_header(layer, path, names);
  CHECK(io::read_bytes(path) == io::embedded(layer, names));
  const std::string before = io::read_bytes(path);
  layer.bias.data[0] = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(io::save_as_header(layer, path, names), Error);
  CHECK(io::read_bytes(path) == before);
  std::filesystem::remove(path);
}
