// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <transfix/data/graph.hpp>
#include <transfix/generate/inference.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/models/graph_attention.hpp>
#include <transfix/optim/adamw.hpp>
#include <transfix/testing.hpp>
#include <transfix/train/trainer.hpp>

#include "../expression/values.hpp"

using namespace transfix;
using data::NodeSplit;
using models::GraphConfig;

// The network of the paper for Cora: 8 heads of 8, then one head for the 7 classes.
constexpr GraphConfig cora{.nodes = 2708, .features = 1433, .classes = 7};
static_assert(parameter_count<models::GraphAttention<cora>> ==
              1433 * 64 + 8 * (8 + 8 + 1 + 1 + 8) + 64 * 7 + (7 + 7 + 1 + 1 + 7));

namespace {
template <class Model>
using TapeOf = typename decltype(store(std::declval<const Model&>()(std::declval<models::GraphInput>())))::Tape;
// No scores of nodes x nodes are kept, not even those of one head: half of it holds the whole tape.
static_assert(sizeof(TapeOf<models::GraphAttention<cora>>) < 2708 * 2708 * sizeof(float) / 2);
// Ten times the nodes take ten times the tape.
constexpr GraphConfig larger{.nodes = 27080, .features = 1433, .classes = 7};
static_assert(sizeof(TapeOf<models::GraphAttention<larger>>) < 11 * sizeof(TapeOf<models::GraphAttention<cora>>));

constexpr Index nodes = 75, features = 24;  // no whole number of tiles
constexpr GraphConfig small{.nodes = nodes, .features = features, .classes = 2, .width = 4, .heads = 2};
constexpr GraphConfig dropping{
    .nodes = nodes, .features = features, .classes = 2, .width = 4, .heads = 2, .dropout = true};

/// Two communities: neighbours are mostly of one's own, and the words say little. The last five nodes have neither an
/// edge nor a word.
data::Graph communities(int pairs = 300) {
  data::Graph graph;
  Random random(11);
  for (Index node = 0; node < nodes; ++node) {
    const bool alone = node >= nodes - 5;
    const auto label = static_cast<Token>(node % 2);
    std::vector<std::int32_t> words;
    for (std::int32_t word = 0; word < features && !alone; ++word) {
      if (random.below(100) < (word % 2 == label ? 35 : 15)) words.push_back(word);
    }
    graph.add_node(words, label, alone ? NodeSplit::none : node < 20 ? NodeSplit::training : NodeSplit::test);
  }
  for (int i = 0; i < pairs; ++i) {
    const Index a = random.below(nodes - 5), b = random.below(nodes - 5);
    if (a % 2 == b % 2 || random.below(10) == 0) graph.edges.emplace_back(a, b);
  }
  return graph;
}

template <class Model>
struct Layer {
  Model model;
  models::GraphInput input;
  auto operator()() const { return model(input); }
};

double share_right(const float* logits, const std::vector<Token>& targets, Index classes) {
  Index right = 0, counted = 0;
  for (std::size_t node = 0; node < targets.size(); ++node) {
    if (targets[node] < 0) continue;
    const float* row = logits + static_cast<Index>(node) * classes;
    ++counted;
    right += std::max_element(row, row + classes) - row == targets[node];
  }
  return static_cast<double>(right) / static_cast<double>(counted);
}
}  // namespace

TEST_CASE("graph attention: gradients against central differences, with and without dropout") {
  // With few edges no score comes so near to the kink of leaky_relu that a difference would go over it.
  const data::Graph graph = communities(40);
  const Edges edges = models::edges_of(graph);
  static models::GraphInput input;  // a layer is its parameters and nothing else
  input = {graph, edges};
  struct Plain {
    models::GraphAttention<small, double> model;
    auto operator()() const { return model(input); }
  };
  CHECK(testing::gradient_error(Plain{}) < 1e-6);
  struct Dropping {
    models::GraphAttention<dropping, double> model;
    auto operator()() const { return model(input); }
  };
  Context context;
  context.dropout = 0.4f;
  CHECK(testing::gradient_error(Dropping{}, context) < 1e-6);
}

TEST_CASE("graph attention: the logits are those of the formulas") {
  const data::Graph graph = communities();
  const Edges edges = models::edges_of(graph);
  using Model = models::GraphAttention<small, double>;
  const auto model = std::make_unique<Model>();
  Random random(5);
  for_each_parameter(*model, [&](const Path&, auto& parameter) { fill_normal(parameter, random, 0.7); });
  const auto found = support::values([&] { return (*model)(models::GraphInput(graph, edges)); });

  std::vector<std::vector<bool>> sees(nodes, std::vector<bool>(nodes));
  for (std::size_t node = 0; node < nodes; ++node) sees[node][node] = true;
  for (const auto& [a, b] : graph.edges) {
    sees[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = true;
    sees[static_cast<std::size_t>(b)][static_cast<std::size_t>(a)] = true;
  }
  // One layer by the book: h = x weight, every pair of nodes, every head.
  const auto layer = [&](const std::vector<double>& x, Index inputs, const double* weight, const auto& attention,
                         Index heads, Index width) {
    const Index columns = heads * width;
    std::vector<double> h(static_cast<std::size_t>(nodes * columns)), y(h.size());
    const auto at = [&](auto& matrix, Index row, Index column) -> double& {
      return matrix[static_cast<std::size_t>(row * columns + column)];
    };
    for (Index node = 0; node < nodes; ++node) {
      for (Index from = 0; from < inputs; ++from) {
        for (Index column = 0; column < columns; ++column) {
          at(h, node, column) += x[static_cast<std::size_t>(node * inputs + from)] * weight[from * columns + column];
        }
      }
    }
    for (Index head = 0; head < heads; ++head) {
      const auto score = [&](Index node, const auto& vector, const auto& bias) {
        double sum = bias.data[head];
        for (Index i = 0; i < width; ++i) sum += vector.data[head * width + i] * at(h, node, head * width + i);
        return sum;
      };
      for (Index node = 0; node < nodes; ++node) {
        double total = 0;
        for (Index other = 0; other < nodes; ++other) {
          if (!sees[static_cast<std::size_t>(node)][static_cast<std::size_t>(other)]) continue;
          const double sum = score(node, attention.self, attention.self_bias) +
                             score(other, attention.neighbour, attention.neighbour_bias);
          const double share = std::exp(sum > 0 ? sum : 0.2 * sum);
          total += share;
          for (Index i = 0; i < width; ++i) at(y, node, head * width + i) += share * at(h, other, head * width + i);
        }
        for (Index i = 0; i < width; ++i) {
          double& number = at(y, node, head * width + i);
          number = number / total + attention.bias.data[head * width + i];
        }
      }
    }
    return y;
  };
  std::vector<double> x(static_cast<std::size_t>(nodes * features));
  for (std::size_t node = 0; node < nodes; ++node) {
    for (auto i = static_cast<std::size_t>(graph.begins[node]); i < static_cast<std::size_t>(graph.begins[node + 1]);
         ++i) {
      x[node * features + static_cast<std::size_t>(graph.columns[i])] = static_cast<double>(graph.numbers[i]);
    }
  }
  auto seen = layer(x, features, model->input_weight.data, model->input_attention, 2, 4);
  for (double& number : seen) number = number > 0 ? number : std::exp(number) - 1;
  const auto expected = layer(seen, 8, model->output_weight.data, model->output_attention, 1, 2);
  CHECK(support::largest_difference(found.data(), expected) < 1e-12);
}

TEST_CASE("graph attention: another order of the nodes gives the same logits") {
  const data::Graph graph = communities();
  const auto order = data::order_by_neighbours(graph);
  const data::Graph other = data::reordered(graph, order);
  const Edges edges = models::edges_of(graph), other_edges = models::edges_of(other);
  Layer<models::GraphAttention<small, double>> layer{{}, {graph, edges}};
  Random random(6);
  initialize(layer.model, random);
  const auto before = support::values([&] { return layer(); });
  layer.input = {other, other_edges};
  const auto after = support::values([&] { return layer(); });
  for (std::size_t place = 0; place < nodes; ++place) {
    for (std::size_t column = 0; column < 2; ++column) {
      CHECK(after[place * 2 + column] ==
            doctest::Approx(before[static_cast<std::size_t>(order[place]) * 2 + column]).epsilon(1e-12));
    }
  }
}

TEST_CASE("graph attention: two communities are learned from some of their nodes, and nodes alone do no harm") {
  using Model = models::GraphAttention<dropping>;
  const data::Graph graph = communities();
  const Edges edges = models::edges_of(graph);
  const models::GraphInput input(graph, edges);
  using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW>;
  const auto trainer =
      std::make_unique<Training>(optim::AdamW{.learning_rate = 1e-2f},
                                 TrainingSettings{.steps = 150, .batch = 1, .dropout = 0.3f, .evaluate_every = 0});
  const data::WholeGraph<Model> training(input, graph.targets(NodeSplit::training));
  const data::WholeGraph<Model> test(input, graph.targets(NodeSplit::test));
  const double before = trainer->evaluate(test);
  for (int step = 0; step < 150; ++step) trainer->step(training);
  CHECK(trainer->evaluate(test) < 0.6 * before);
  const auto inference = std::make_unique<Inference<Model>>(trainer->model());
  const float* logits = (*inference)(input);
  CHECK(share_right(logits, graph.targets(NodeSplit::test), 2) >= 0.9);
  for (Index i = 0; i < nodes * 2; ++i) CHECK(std::isfinite(logits[i]));
}

TEST_CASE("graph attention: a graph that does not fit the model is refused") {
  const data::Graph graph = communities();
  const Edges edges = models::edges_of(graph), fewer(nodes - 1);
  using Model = models::GraphAttention<small>;
  const auto model = std::make_unique<Model>();
  initialize(*model, *std::make_unique<Random>(1));
  const auto message = [&](const data::Graph& given, const Edges& given_edges) {
    return support::message_of([&] { support::values([&] { return (*model)({given, given_edges}); }); });
  };
  CHECK(message(graph, edges).empty());
  CHECK(support::contains(message(graph, fewer),
                          "the edges are those of 74 nodes and the model has 75; build the model with .nodes = 74"));
  data::Graph more = graph;
  more.columns[3] = features;
  CHECK(support::contains(message(more, edges),
                          "a number in column 24, and the model has .features = 24, numbered from 0"));
  more.add_node({}, 0, NodeSplit::none);
  CHECK(support::contains(message(more, edges), "the features have 76 rows and the model 75 nodes"));
}

TEST_CASE("graph attention: the authors' weights give the published accuracy on Cora") {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr || !std::filesystem::exists(shared)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return;
  }
  const std::filesystem::path folder = shared, weights = folder / "weights" / "gat_cora";
  const data::Graph graph = data::read_graph(folder / "graphs" / "cora" / "planetoid" / "nodes.tsv",
                                             folder / "graphs" / "cora" / "planetoid" / "edges.tsv");
  const Edges edges = models::edges_of(graph);
  using Model = models::GraphAttention<cora>;
  const auto model = std::make_unique<Model>();
  models::copy_published(io::read_safetensors(weights / "gat_cora.safetensors"), *model);
  const auto inference = std::make_unique<Inference<Model>>(*model);
  const float* logits = (*inference)(models::GraphInput(graph, edges));
  CHECK(share_right(logits, graph.targets(NodeSplit::test), 7) == doctest::Approx(0.844).epsilon(1e-9));

  const auto file = io::read_safetensors(weights / "gat_cora_logits.safetensors");
  std::vector<float> expected(2708 * 7);
  io::detail::convert(file.tensors.at("logits"), expected.data());
  CHECK(support::largest_difference(logits, expected) < 1e-4);

  constexpr GraphConfig other{.nodes = 2708, .features = 1433, .classes = 6};
  const auto wrong = std::make_unique<models::GraphAttention<other>>();
  CHECK_THROWS_AS(models::copy_published(io::read_safetensors(weights / "gat_cora.safetensors"), *wrong), Error);
}
