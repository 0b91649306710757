// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <transfix/core/tokens.hpp>
#include <transfix/data/graph.hpp>

#include "../support.hpp"

using namespace transfix;
using data::NodeSplit;

namespace {
/// Two texts in files of their own, which go with it.
class Files {
 public:
  Files(const std::string& nodes, const std::string& edges) {
    std::filesystem::create_directories(folder_);
    std::ofstream(nodes_path(), std::ios::binary) << nodes;
    std::ofstream(edges_path(), std::ios::binary) << edges;
  }
  Files(const Files&) = delete;
  ~Files() { std::filesystem::remove_all(folder_); }
  std::filesystem::path nodes_path() const { return folder_ / "nodes.tsv"; }
  std::filesystem::path edges_path() const { return folder_ / "edges.tsv"; }
  data::Graph read() const { return data::read_graph(nodes_path(), edges_path()); }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "transfix_graph_test";
};

const std::string good_nodes =
    "# node\tlabel\tsplit\tfeatures\n"
    "0\t2\ttrain\t1 5\n"
    "1\t0\tval\t0 2 3 9\r\n"
    "\n"
    "2\t1\ttest\t\n"
    "3\t2\tnone\t4";
const std::string good_edges = "# from\tto\n0\t3\n1\t0\n";

std::string message(const std::string& nodes, const std::string& edges) {
  const Files files(nodes, edges);
  return support::message_of([&] { files.read(); });
}
}  // namespace

TEST_CASE("graph: nodes with rows that sum to 1, labels, splits and edges are read") {
  const data::Graph graph = Files(good_nodes, good_edges).read();
  CHECK(graph.nodes() == 4);
  CHECK(graph.features() == 10);
  CHECK(graph.classes() == 3);
  CHECK(graph.begins == std::vector<std::int32_t>{0, 2, 6, 6, 7});
  CHECK(graph.columns == std::vector<std::int32_t>{1, 5, 0, 2, 3, 9, 4});
  CHECK(graph.numbers == std::vector<float>{0.5f, 0.5f, 0.25f, 0.25f, 0.25f, 0.25f, 1.0f});
  CHECK(graph.labels == std::vector<Token>{2, 0, 1, 2});
  CHECK(graph.edges == std::vector<std::pair<Index, Index>>{{0, 3}, {1, 0}});
  CHECK(graph.targets(NodeSplit::training) == std::vector<Token>{2, -1, -1, -1});
  CHECK(graph.targets(NodeSplit::validation) == std::vector<Token>{-1, 0, -1, -1});
  CHECK(graph.targets(NodeSplit::test) == std::vector<Token>{-1, -1, 1, -1});
  CHECK(graph.targets(NodeSplit::none) == std::vector<Token>{-1, -1, -1, 2});
}

TEST_CASE("graph: a damaged file is refused with its line") {
  using support::contains;
  CHECK(contains(message("0\t2\ttrain\t1\n2\t0\tval\t1\n", ""), "nodes.tsv:2: node 2 stands where node 1 should"));
  CHECK(contains(message("0\tx\ttrain\t1\n", ""), "nodes.tsv:1: the label is 'x', which is no whole number from 0 on"));
  CHECK(contains(message("0\t-1\ttrain\t1\n", ""), "the label is '-1'"));
  CHECK(contains(message("0\t99999999999\ttrain\t1\n", ""), "the label is '99999999999'"));
  CHECK(contains(message("0\t1\tvalid\t1\n", ""), "the split is 'valid', not one of train, val, test and none"));
  CHECK(contains(message("0\t1\n", ""), "the split is ''"));
  CHECK(contains(message("0\t1\ttrain\t3 3\n", ""), "the place 3 follows 3"));
  CHECK(contains(message("0\t1\ttrain\t3 2.5\n", ""), "the place of a feature is '2.5'"));
  CHECK(contains(message("# nothing\n", ""), "nodes.tsv: there is no node in it"));
  CHECK(
      contains(message(good_nodes, "0\t1\n0\t4\n"), "edges.tsv:2: the edge names node 4 of a graph whose nodes are 0"));
  CHECK(contains(message(good_nodes, "0\n"), "edges.tsv:1: the second node is ''"));
  CHECK(contains(message(good_nodes, "0\t1\t2\n"), "there is more on the line"));
  CHECK(contains(support::message_of([] { data::read_graph("missing.tsv", "missing.tsv"); }), "there is no such file"));
}

TEST_CASE("graph: another order of the nodes is the same graph") {
  const data::Graph graph = Files(good_nodes, good_edges).read();
  const std::vector<Index> order = {3, 1, 0, 2};
  const data::Graph other = data::reordered(graph, order);
  CHECK(other.begins == std::vector<std::int32_t>{0, 1, 5, 7, 7});
  CHECK(other.columns == std::vector<std::int32_t>{4, 0, 2, 3, 9, 1, 5});
  CHECK(other.numbers == std::vector<float>{1.0f, 0.25f, 0.25f, 0.25f, 0.25f, 0.5f, 0.5f});
  CHECK(other.labels == std::vector<Token>{2, 0, 2, 1});
  CHECK(other.targets(NodeSplit::training) == std::vector<Token>{-1, -1, 2, -1});
  CHECK(other.edges == std::vector<std::pair<Index, Index>>{{2, 0}, {1, 2}});
  for (const std::vector<Index>& wrong : {std::vector<Index>{0, 1, 2}, {0, 1, 2, 2}, {0, 1, 2, 4}, {0, 1, 2, -1}}) {
    CHECK_THROWS_AS(data::reordered(graph, wrong), Error);
  }
}

TEST_CASE("graph: neighbours come to stand near each other, and every node stays") {
  data::Graph path;  // one long path whose nodes are numbered at random, and a node alone
  constexpr Index nodes = 101;
  for (Index node = 0; node < nodes; ++node) path.add_node({}, 0, NodeSplit::none);
  for (Index i = 0; i + 1 < nodes - 1; ++i) path.edges.emplace_back(i * 37 % 100, (i + 1) * 37 % 100);
  const auto order = data::order_by_neighbours(path);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (Index node = 0; node < nodes; ++node) CHECK(sorted[static_cast<std::size_t>(node)] == node);
  for (const auto& [a, b] : data::reordered(path, order).edges) CHECK(std::abs(a - b) == 1);
}

TEST_CASE("graph: a data set of one example needs a target for each node") {
  struct Model {
    using Input = int;
    using Target = Tokens<3>;
  };
  const data::WholeGraph<Model> whole(7, {4, -1, 5});
  CHECK(whole.size() == 1);
  CHECK(whole.example(0).input == 7);
  CHECK(whole.example(0).target[2] == 5);
  CHECK_THROWS_AS(data::WholeGraph<Model>(7, {4, -1}), Error);
}

TEST_CASE("graph: Cora") {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr || !std::filesystem::exists(shared)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return;
  }
  const auto folder = std::filesystem::path(shared) / "graphs" / "cora" / "planetoid";
  const data::Graph graph = data::read_graph(folder / "nodes.tsv", folder / "edges.tsv");
  CHECK(graph.nodes() == 2708);
  CHECK(graph.features() == 1433);
  CHECK(graph.classes() == 7);
  CHECK(graph.edges.size() == 5278);
  const auto count = [&](NodeSplit split) { return std::count(graph.splits.begin(), graph.splits.end(), split); };
  CHECK(count(NodeSplit::training) == 140);
  CHECK(count(NodeSplit::validation) == 500);
  CHECK(count(NodeSplit::test) == 1000);
}
