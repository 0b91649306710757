// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <numeric>
#include <span>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/data/example.hpp>
#include <transfix/io/file.hpp>
#include <transfix/text/lines.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// What a node of a graph is for.
enum class NodeSplit { training, validation, test, none };

/// A graph whose nodes have sparse features and a class. Node n has the features numbers[i] at the places columns[i],
/// for i from begins[n] to begins[n + 1] - 1.
struct Graph {
  std::vector<std::int32_t> begins = {0}, columns;
  std::vector<float> numbers;
  std::vector<Token> labels;
  std::vector<NodeSplit> splits;
  std::vector<std::pair<Index, Index>> edges;  // undirected

  Index nodes() const { return std::ssize(labels); }
  /// How many features a node has: one more than the largest place of one.
  Index features() const { return after_largest(columns); }
  Index classes() const { return after_largest(labels); }

  /// Adds a node with the given features, each 1 divided by their number: rows of binary features that sum to 1.
  void add_node(std::span<const std::int32_t> places, Token label, NodeSplit split) {
    columns.insert(columns.end(), places.begin(), places.end());
    numbers.insert(numbers.end(), places.size(), 1.0f / static_cast<float>(std::max<std::size_t>(places.size(), 1)));
    begins.push_back(static_cast<std::int32_t>(columns.size()));
    labels.push_back(label);
    splits.push_back(split);
  }

  /// The classes of the nodes of one split, and -1, which a loss leaves out, for all others.
  std::vector<Token> targets(NodeSplit split) const {
    std::vector<Token> targets(labels.size(), -1);
    for (std::size_t node = 0; node < labels.size(); ++node) {
      if (splits[node] == split) targets[node] = labels[node];
    }
    return targets;
  }

 private:
  static Index after_largest(const std::vector<std::int32_t>& numbers) {
    return numbers.empty() ? 0 : Index{*std::max_element(numbers.begin(), numbers.end())} + 1;
  }
};

namespace detail {
/// Reads the fields of lines, which end with a tab or, at the last one, with the line.
class GraphLine {
 public:
  GraphLine(const std::string& file, std::string_view line, Index number) : file_(file), rest_(line), number_(number) {}

  std::string_view field(char end = '\t') {
    const std::size_t length = rest_.find(end);
    const std::string_view found = rest_.substr(0, length);
    rest_.remove_prefix(length == rest_.npos ? rest_.size() : length + 1);
    return found;
  }
  /// A whole number from 0 on.
  std::int32_t number(std::string_view what, char end = '\t') {
    const std::string_view text = field(end);
    std::int32_t value = -1;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || stop != text.data() + text.size() || value < 0) {
      wrong("the ", what, " is '", text, "', which is no whole number from 0 on");
    }
    return value;
  }
  bool ended() const { return rest_.empty(); }

  template <class... Parts>
  [[noreturn]] void wrong(const Parts&... parts) const {
    fail(file_, ":", number_, ": ", parts..., "; correct the line");
  }

 private:
  const std::string& file_;
  std::string_view rest_;
  Index number_;
};

/// Calls visit(GraphLine) for each line that has something on it and is no comment.
template <class Visit>
void for_each_graph_line(const std::filesystem::path& path, const Visit& visit) {
  const std::string name = path.string(), text = io::read_bytes(path);
  text::for_each_line(text, [&](std::string_view line, Index number) {
    if (!line.empty() && !line.starts_with('#')) visit(GraphLine(name, line, number));
  });
}

inline NodeSplit split_of(GraphLine& line) {
  const std::string_view name = line.field();
  if (name == "train") return NodeSplit::training;
  if (name == "val") return NodeSplit::validation;
  if (name == "test") return NodeSplit::test;
  if (name == "none") return NodeSplit::none;
  line.wrong("the split is '", name, "', not one of train, val, test and none");
}

inline std::vector<std::vector<Index>> neighbours(const Graph& graph) {
  std::vector<std::vector<Index>> found(static_cast<std::size_t>(graph.nodes()));
  for (const auto& [a, b] : graph.edges) {
    found[static_cast<std::size_t>(a)].push_back(b);
    found[static_cast<std::size_t>(b)].push_back(a);
  }
  return found;
}
}  // namespace detail

/// Reads a graph from two texts with fields between tabs, such as the citation graphs of Planetoid (Yang et al. 2016)
/// are handed on. Nodes, numbered from 0 in order: `number label split places`, with the split train, val, test or
/// none, and between spaces the places of the features that are not zero, which become rows that sum to 1. Edges: `from
/// to`. Empty lines and lines that begin with # are no data.
inline Graph read_graph(const std::filesystem::path& nodes, const std::filesystem::path& edges) {
  Graph graph;
  std::vector<std::int32_t> places;
  detail::for_each_graph_line(nodes, [&](detail::GraphLine line) {
    const Index node = line.number("number of the node");
    if (node != graph.nodes()) line.wrong("node ", node, " stands where node ", graph.nodes(), " should");
    const Token label = line.number("label");
    const NodeSplit split = detail::split_of(line);
    places.clear();
    while (!line.ended()) {
      const std::int32_t place = line.number("place of a feature", ' ');
      if (!places.empty() && place <= places.back()) {
        line.wrong("the place ", place, " follows ", places.back(), "; places go up and none comes twice");
      }
      places.push_back(place);
    }
    graph.add_node(places, label, split);
  });
  if (graph.nodes() == 0) fail(nodes.string(), ": there is no node in it; give a file of nodes");
  detail::for_each_graph_line(edges, [&](detail::GraphLine line) {
    const Index from = line.number("first node"), to = line.number("second node");
    if (!line.ended()) line.wrong("an edge has two nodes, and there is more on the line");
    if (std::max(from, to) >= graph.nodes()) {
      line.wrong("the edge names node ", std::max(from, to), " of a graph whose nodes are 0 .. ", graph.nodes() - 1);
    }
    graph.edges.emplace_back(from, to);
  });
  return graph;
}

/// An order in which neighbours stand near each other (Cuthill & McKee 1969): order[i] is the node that comes at place
/// i. Attention then computes fewer tiles.
inline std::vector<Index> order_by_neighbours(const Graph& graph) {
  const auto neighbours = detail::neighbours(graph);
  const auto degree_below = [&](Index a, Index b) {
    return neighbours[static_cast<std::size_t>(a)].size() < neighbours[static_cast<std::size_t>(b)].size();
  };
  std::vector<Index> starts(neighbours.size()), order;
  std::iota(starts.begin(), starts.end(), Index{0});
  std::stable_sort(starts.begin(), starts.end(), degree_below);
  std::vector<bool> reached(neighbours.size());
  const auto reach = [&](Index node) {
    if (!reached[static_cast<std::size_t>(node)]) order.push_back(node);
    reached[static_cast<std::size_t>(node)] = true;
  };
  for (const Index start : starts) {
    auto next = order.size();
    reach(start);
    for (; next < order.size(); ++next) {
      const std::ptrdiff_t known = std::ssize(order);
      for (const Index node : neighbours[static_cast<std::size_t>(order[next])]) reach(node);
      std::stable_sort(order.begin() + known, order.end(), degree_below);
    }
  }
  return order;
}

/// The same graph with its nodes in another order: node i was node order[i].
inline Graph reordered(const Graph& graph, std::span<const Index> order) {
  constexpr Index nowhere = -1;
  std::vector<Index> place(static_cast<std::size_t>(graph.nodes()), nowhere);
  for (const Index& node : order) {
    if (node < 0 || node >= graph.nodes() || place[static_cast<std::size_t>(node)] != nowhere) {
      fail("reordered: node ", node, " is not in the graph of ", graph.nodes(), " nodes, or comes twice in the order");
    }
    place[static_cast<std::size_t>(node)] = &node - order.data();
  }
  if (std::ssize(order) != graph.nodes()) {
    fail("reordered: the order has ", order.size(), " of the ", graph.nodes(), " nodes; give each of them once");
  }
  Graph result;
  for (const Index node : order) {
    const auto from = static_cast<std::size_t>(node);
    for (auto i = graph.begins[from]; i < graph.begins[from + 1]; ++i) {
      result.columns.push_back(graph.columns[static_cast<std::size_t>(i)]);
      result.numbers.push_back(graph.numbers[static_cast<std::size_t>(i)]);
    }
    result.begins.push_back(static_cast<std::int32_t>(result.columns.size()));
    result.labels.push_back(graph.labels[from]);
    result.splits.push_back(graph.splits[from]);
  }
  for (const auto& [a, b] : graph.edges) {
    result.edges.emplace_back(place[static_cast<std::size_t>(a)], place[static_cast<std::size_t>(b)]);
  }
  return result;
}

/// A data set of one example: a whole graph, with a target for each node. What the input points at must outlive it.
template <class Model>
class WholeGraph {
 public:
  using Example = data::Example<typename Model::Input, typename Model::Target>;

  WholeGraph(typename Model::Input input, std::vector<Token> targets) : input_(input), targets_(std::move(targets)) {
    constexpr Index nodes = Model::Target::length;
    if (std::ssize(targets_) != nodes) {
      fail("WholeGraph: there are ", targets_.size(), " targets and the model has ", nodes,
           " nodes; give each a target, -1 where it does not count");
    }
  }
  static constexpr Index size() { return 1; }
  Example example(Index) const { return {input_, {targets_.data()}}; }

 private:
  typename Model::Input input_;
  std::vector<Token> targets_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
