// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <set>
#include <transfix/expression/activations.hpp>
#include <transfix/expression/adjacency.hpp>
#include <transfix/expression/attention.hpp>
#include <utility>

#include "values.hpp"

using namespace transfix;

namespace {
// Tiles are 32 x 64: 150 nodes fill some of them in part.
constexpr Index nodes = 150;

/// A few edges at random, in a set and as Edges.
struct RandomGraph {
  std::set<std::pair<Index, Index>> seen;
  Edges edges{nodes};
  RandomGraph() {
    Random random(3);
    for (Index node = 0; node < nodes; ++node) seen.emplace(node, node);
    for (int i = 0; i < 12; ++i) {
      const Index a = random.below(nodes), b = random.below(40);  // many tiles stay empty
      edges.connect(a, b);
      seen.emplace(a, b);
      seen.emplace(b, a);
    }
    edges.see(149, 70);
    seen.emplace(149, 70);
  }
};
}  // namespace

TEST_CASE_TEMPLATE("adjacency: a node sees itself and its neighbours, in every head", Scalar, float, double) {
  const RandomGraph graph;
  using Scores = Shape<2, nodes, nodes>;
  const support::Numbers<Scores, Scalar> x;
  const auto y = support::values([&] { return mask(x.name(), Adjacency(graph.edges)); });
  Index wrong = 0;
  for (Index i = 0; i < Scores::size; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool sees = graph.seen.contains({i / nodes % nodes, i % nodes});
    wrong += sees ? y[at] != x.data[at] : y[at] != -std::numeric_limits<Scalar>::infinity();
  }
  CHECK(wrong == 0);
}

TEST_CASE("adjacency: what is hidden holds no edge, and a tile without an edge is hidden") {
  const RandomGraph graph;
  const Adjacency adjacency(graph.edges);
  Random random(4);
  Index hidden = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const Index row = random.below(nodes), column = random.below(nodes);
    const Region region{random.below(2), row, std::min(row + random.below(40), nodes - 1), column,
                        std::min(column + random.below(80), nodes - 1)};
    if (!adjacency.hides(region)) continue;
    ++hidden;
    for (const auto& [from, to] : graph.seen) {
      const bool inside =
          from >= region.first_row && from <= region.last_row && to >= region.first_column && to <= region.last_column;
      REQUIRE_FALSE(inside);
    }
  }
  CHECK(hidden > 100);

  std::set<std::pair<Index, Index>> filled;
  for (const auto& [from, to] : graph.seen) filled.emplace(from / 32, to / 64);
  CHECK(graph.edges.filled_tiles() == std::ssize(filled));
  CHECK(graph.edges.all_tiles() == 5 * 3);
  for (Index row = 0; row < 5; ++row) {
    for (Index column = 0; column < 3; ++column) {
      const Region tile{0, row * 32, std::min(row * 32 + 31, nodes - 1), column * 64,
                        std::min(column * 64 + 63, nodes - 1)};
      CHECK(adjacency.hides(tile) != filled.contains({row, column}));
    }
  }
}

TEST_CASE("adjacency: gradients of attention, and it equals attention that is not fused") {
  const RandomGraph graph;
  const Adjacency adjacency(graph.edges);
  const auto fused = [&](auto q, auto k, auto v) {
    return matmul(softmax(mask(leaky_relu(matmul(q, transpose(k))), adjacency)), v);
  };
  CHECK(testing::gradient_error(fused, Shape<2, nodes, 2>{}, Shape<2, nodes, 2>{}, Shape<2, nodes, 3>{}) < 1e-6);

  const support::Numbers<Shape<1, nodes, 2>> q(1), k(2);
  const support::Numbers<Shape<1, nodes, 3>> v(3);
  const auto found = support::values([&] { return fused(q.name(), k.name(), v.name()); });
  const auto probabilities =
      support::values([&] { return softmax(mask(leaky_relu(matmul(q.name(), transpose(k.name()))), adjacency)); });
  const Name<double, Shape<1, nodes, nodes>> stored(probabilities.data());
  CHECK(support::largest_difference(found.data(), support::values([&] { return matmul(stored, v.name()); })) < 1e-12);
}

TEST_CASE("adjacency: an edge to a node that is not there is refused") {
  Edges edges(5);
  for (const auto& [a, b] : {std::pair<Index, Index>{0, 5}, {5, 0}, {-1, 2}, {2, -1}}) {
    CHECK_THROWS_AS(edges.connect(a, b), Error);
  }
  CHECK(support::message_of([&] { edges.connect(4, 7); }) ==
        "an edge between the nodes 4 and 7 of a graph of 5 nodes: they are numbered 0 .. 4");
  CHECK_THROWS_AS(Edges(0), Error);
}
