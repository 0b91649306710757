// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <transfix/expression/activations.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/loss/focal.hpp>
#include <transfix/report/graph.hpp>

#include "models.hpp"

using namespace transfix;
using report::Graph;

namespace {
const float numbers[64] = {};
/// A name for the numbers from `first` on.
template <class Shape>
Name<float, Shape> name(Index first = 0) {
  return Name<float, Shape>(numbers + first);
}

const report::Node& node(const Graph& graph, Index number) { return graph.nodes[static_cast<std::size_t>(number)]; }
Index count(const Graph& graph, const std::string& of) {
  return std::count_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& each) { return each.name == of; });
}
Index number_of(const Graph& graph, const std::string& of) {
  REQUIRE(count(graph, of) == 1);
  return std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const auto& each) { return each.name == of; }) -
         graph.nodes.begin();
}
/// The names of what a node reads.
std::vector<std::string> operands(const Graph& graph, const std::string& of) {
  std::vector<std::string> names;
  for (const Index operand : node(graph, number_of(graph, of)).operands) names.push_back(node(graph, operand).name);
  return names;
}
using Names = std::vector<std::string>;

/// What is told at compile time is the sum of what is drawn.
template <class E>
void check_sums(const Graph& graph, const E&) {
  Index flops = 0, bytes = 0;
  for (const auto& each : graph.nodes) {
    flops += each.flops;
    bytes += each.tape_bytes;
  }
  CHECK(flops == report::forward_flops<E>);
  CHECK(bytes == report::tape_bytes<E>);
}

struct TwiceAndMore {  // a rule of one's own
  template <class V>
  static V value(V x) {
    return x + x;
  }
  template <class V>
  static V derivative(V) {
    return V(2);
  }
};

/// An expression that the report does not know.
template <class X>
struct Secret : Computation<Secret<X>> {
  using Scalar = typename X::Scalar;
  using Shape = typename X::Shape;
  struct Tape {
    double kept[3];
  };
  static constexpr bool differentiable = false;
  static constexpr Index open_bytes = 0, forward_bytes = 0, close_bytes = 0;
};
}  // namespace

TEST_CASE("graph: an affine map, node by node") {
  struct Model {
    nn::Linear<3, 5> linear;
  };
  const auto model = std::make_unique<Model>();
  const auto expression = model->linear(name<Shape<4, 3>>());
  const Graph graph = report::graph(expression, *model);
  REQUIRE(graph.nodes.size() == 5);
  CHECK(graph.groups.size() == 1);
  CHECK(operands(graph, "matmul") == Names{"name", "linear.weight"});
  CHECK(operands(graph, "add") == Names{"matmul", "linear.bias"});
  CHECK(node(graph, number_of(graph, "linear.weight")).shape == "[3, 5]");
  CHECK(node(graph, number_of(graph, "linear.weight")).kind == report::Node::Kind::parameter);
  CHECK(node(graph, number_of(graph, "name")).kind == report::Node::Kind::given);
  CHECK(node(graph, number_of(graph, "matmul")).shape == "[4, 5]");
  CHECK(node(graph, number_of(graph, "matmul")).flops == 2 * 4 * 3 * 5);
  CHECK(node(graph, number_of(graph, "matmul")).tape_bytes >= Index{sizeof(float)} * 4 * 5);
  CHECK(node(graph, number_of(graph, "add")).flops == 4 * 5);
  CHECK(node(graph, number_of(graph, "add")).tape_bytes <= 64);  // alignment
  check_sums(graph, expression);
  CHECK(count(report::graph(expression), "parameter") == 2);  // without their model
}

TEST_CASE("graph: rules are named by their types, also one's own") {
  const auto expression = gelu_tanh(elementwise<TwiceAndMore>(standardize(name<Shape<4, 3>>())));
  const Graph graph = report::graph(expression);
  CHECK(operands(graph, "gelu_tanh") == Names{"twice_and_more"});
  CHECK(operands(graph, "twice_and_more") == Names{"standardize"});
  CHECK(operands(graph, "standardize") == Names{"name"});
}

TEST_CASE("graph: an expression that is not known has its type's name and the bytes of its tape") {
  const auto expression = relu(Secret<Name<float, Shape<4, 3>>>());
  const Graph graph = report::graph(expression);
  CHECK(operands(graph, "relu") == Names{"secret"});
  CHECK(node(graph, 0).tape_bytes == 3 * sizeof(double));
  CHECK(node(graph, 0).shape == "[4, 3]");
  check_sums(graph, expression);
}

TEST_CASE("graph: names of one shape are told apart, and drawn once") {
  const auto expression = let(tanh(name<Shape<4, 3>>()), [](auto y) {
    return let(sigmoid(y), [y](auto z) { return let(relu(z) * y, [y, z](auto w) { return (w - y) / z; }); });
  });
  const Graph graph = report::graph(expression);
  CHECK(graph.nodes.size() == 7);
  CHECK(operands(graph, "sigmoid") == Names{"tanh"});
  CHECK(operands(graph, "relu") == Names{"sigmoid"});
  CHECK(operands(graph, "multiply") == Names{"relu", "tanh"});
  CHECK(operands(graph, "subtract") == Names{"multiply", "tanh"});
  CHECK(operands(graph, "divide") == Names{"subtract", "sigmoid"});
  check_sums(graph, expression);
}

TEST_CASE("graph: a repetition is a group, drawn once and counted as often as it runs") {
  const auto expression = repeat<3>(tanh(name<Shape<4, 3>>()), [](Index, auto x) {
    return x + repeat<2>(sigmoid(x), [](Index, auto y) { return relu(y); });
  });
  const Graph graph = report::graph(relu(name<Shape<1>>()));
  CHECK(graph.groups.size() == 1);
  const Graph repeated = report::graph(expression);
  REQUIRE(repeated.groups.size() == 3);
  CHECK(repeated.groups[1].label == "repeat x 3");
  CHECK(repeated.groups[2].label == "repeat x 2");
  CHECK(repeated.groups[2].parent == 1);
  CHECK(node(repeated, number_of(repeated, "tanh")).group == 0);
  CHECK(node(repeated, number_of(repeated, "add")).group == 1);
  CHECK(node(repeated, number_of(repeated, "relu")).group == 2);
  CHECK(operands(repeated, "add") == Names{"tanh", "relu"});
  CHECK(node(repeated, number_of(repeated, "relu")).flops == 6 * 12);
  CHECK(node(repeated, number_of(repeated, "add")).flops == 3 * 12);
  check_sums(repeated, expression);
}

TEST_CASE("graph: what is checkpointed runs, but is not on the tape") {
  const auto expression = checkpoint(tanh(name<Shape<4, 3>>()), [](auto x) { return softmax(relu(x) * x); });
  const Graph graph = report::graph(expression);
  REQUIRE(graph.groups.size() == 2);
  CHECK(graph.groups[1].label == "checkpoint");
  CHECK(node(graph, number_of(graph, "softmax")).group == 1);
  CHECK(node(graph, number_of(graph, "multiply")).tape_bytes == 0);
  CHECK(operands(graph, "multiply") == Names{"relu", "tanh"});
  CHECK(report::forward_flops<decltype(expression)> == 4 * 12);
  check_sums(graph, expression);
}

TEST_CASE("graph: experts count for the rows that they get") {
  using Expert = nn::GatedFeedForward<8, 12>;
  using Mixture = nn::MixtureOfExperts<Expert, 8, 4, 2>;
  const auto model = std::make_unique<Mixture>();
  const auto expression = (*model)(tanh(name<Shape<6, 8>>()));
  const Graph graph = report::graph(expression, *model);
  REQUIRE(graph.groups.size() == 2);
  CHECK(graph.groups[1].label == "2 of 4 experts for each row");
  CHECK(operands(graph, "gates").size() == 1);
  CHECK(operands(graph, "silu") == Names{"matmul"});
  const auto& up = graph.nodes[static_cast<std::size_t>(number_of(graph, "experts.0.up.weight")) + 1];
  CHECK(node(graph, up.operands[0]).name == "tanh");  // the rows are those of the input
  CHECK(up.flops == 2 * 6 * 2 * 8 * 12);
  check_sums(graph, expression);
}

TEST_CASE("graph: attention with its terms") {
  using Heads = Shape<2, 3, 4>;
  const float query[24] = {}, key[40] = {}, table[8] = {};
  const auto k = Name<float, Shape<2, 5, 4>>(key);
  const auto bias = Name<float, Shape<4, 2>>(table);
  const auto expression = matmul(dropout(softmax(mask<Causal>(scale(matmul(Name<float, Heads>(query), transpose(k))) +
                                                              relative_bias<3, 5>(bias)))),
                                 k);
  const Graph graph = report::graph(expression);
  CHECK(operands(graph, "attention, dropout") == Names{"name", "name", "name", "mask causal"});
  CHECK(node(graph, number_of(graph, "attention, dropout")).flops == 4 * 2 * 3 * 5 * 4);
  CHECK(node(graph, number_of(graph, "attention, dropout")).shape == "[2, 3, 4]");
  CHECK(operands(graph, "add") == Names{"affine", "relative_bias"});
  CHECK(node(graph, number_of(graph, "affine")).flops == 2 * 3 * 5);
  CHECK(count(graph, "name") == 3);  // query, key that is the value too, and the table
  check_sums(graph, expression);
}

TEST_CASE_TEMPLATE("graph: every model", Model, support::TinyGpt, support::TinyLlama, support::TinyMixture,
                   support::TinyBertClassifier, support::TinyBertMasked, support::TinyBertPretraining,
                   support::TinyEncoderDecoder, support::TinyTokenClassifier, support::TinyFrameClassifier,
                   support::TinyLstm, support::TinyAdapted) {
  const auto model = std::make_unique<Model>();
  const Graph graph = report::graph(*model);
  check_sums(graph, (*model)(typename Model::Input{}));
  std::set<std::string> drawn;
  for (Index number = 0; number < std::ssize(graph.nodes); ++number) {
    const auto& each = node(graph, number);
    CAPTURE(each.name);
    for (const Index operand : each.operands) CHECK(operand < number);
    CHECK(each.name != "name");       // every name was found
    CHECK(each.name != "parameter");  // every parameter too
    CHECK(each.name.find_first_of("<>{}():") == std::string::npos);
    if (each.kind == report::Node::Kind::parameter) CHECK(drawn.insert(each.name).second);
    CHECK((each.operands.empty() || each.kind == report::Node::Kind::computed));
    CHECK((each.flops >= 0 && each.tape_bytes >= 0));
  }
}

TEST_CASE("graph: the FLOPs of a GPT's products are those of the formula") {
  using Model = support::TinyGpt;
  constexpr Index T = Model::context, W = Model::width, L = Model::layers, V = Model::vocabulary;
  const auto model = std::make_unique<Model>();
  Index products = 0;
  for (const auto& each : report::graph(*model).nodes) {
    if (each.name == "matmul" || each.name == "attention") products += each.flops;
  }
  CHECK(products == L * (24 * T * W * W + 4 * T * T * W) + 2 * T * W * V);
}

TEST_CASE("graph: frozen parameters have their path once they have numbers") {
  const auto model = std::make_unique<support::TinyAdapted>();
  CHECK(count(report::graph(*model), "norm.scale") == 0);
  const Storage frozen(frozen_bytes<support::TinyAdapted>);
  place_frozen(*model, frozen.data());
  const Graph graph = report::graph(*model);
  CHECK(count(graph, "norm.scale") == 1);
  CHECK(count(graph, "constant") == 0);
}

TEST_CASE("graph: losses") {
  using Model = support::TinyGpt;
  const auto model = std::make_unique<Model>();
  const Token tokens[Model::context] = {};
  const Model::Input input{tokens};
  const Model::Target target{tokens};
  const auto one = loss::CrossEntropy{}((*model)(input), target);
  const Graph graph = report::graph(one, *model);
  CHECK(operands(graph, "matmul and cross_entropy loss") == Names{"add", "token_embedding.weight"});
  check_sums(graph, one);
  // The head's product is not stored.
  CHECK(report::tape_bytes<decltype(one)> < report::tape_bytes<report::ResultOf<Model>>);
  CHECK(report::forward_flops<decltype(one)> > report::forward_flops<report::ResultOf<Model>>);

  const auto both = (0.5 * loss::CrossEntropy{} + 0.5 * loss::Focal{})((*model)(input), target);
  const Graph sum = report::graph(both, *model);
  CHECK(operands(sum, "sum of losses") == Names{"cross_entropy loss", "focal loss"});
  CHECK(operands(sum, "focal loss") == operands(sum, "cross_entropy loss"));
  check_sums(sum, both);
}
