// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <transfix/core/error.hpp>
#include <transfix/expression/elementwise.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
/// The matrix of a graph's edges is kept in tiles of 32 rows, each one word of 64 columns: the blocks that attention
/// works on. Number 0 is the tile without an edge.
struct EdgeTile {
  static constexpr Index rows = 32, columns = 64;
  std::array<std::uint64_t, static_cast<std::size_t>(rows)> words{};
};
}  // namespace detail

/// The edges of a graph. Each node is a neighbour of itself. They take 4 bytes for each tile of 32 x 64 pairs of nodes,
/// and 256 more where it holds an edge.
class Edges {
 public:
  explicit Edges(Index nodes) : nodes_(nodes) {
    if (nodes < 1) fail("Edges: a graph of ", nodes, " nodes has nothing to attend to; give 1 node or more");
    width_ = (nodes + detail::EdgeTile::columns - 1) / detail::EdgeTile::columns;
    const Index height = (nodes + detail::EdgeTile::rows - 1) / detail::EdgeTile::rows;
    numbers_.resize(static_cast<std::size_t>(width_ * height));
    tiles_.resize(1);
    for (Index node = 0; node < nodes; ++node) see(node, node);
  }

  Index nodes() const { return nodes_; }

  /// Each of two nodes sees the other.
  void connect(Index a, Index b) {
    see(a, b);
    see(b, a);
  }

  /// `node` sees `other`, which need not see it.
  void see(Index node, Index other) {
    for (const Index end : {node, other}) {
      if (end < 0 || end >= nodes_) {
        fail("an edge between the nodes ", node, " and ", other, " of a graph of ", nodes_,
             " nodes: they are numbered 0 .. ", nodes_ - 1);
      }
    }
    using Tile = detail::EdgeTile;
    std::int32_t& number = numbers_[static_cast<std::size_t>(node / Tile::rows * width_ + other / Tile::columns)];
    if (number == 0) {
      number = static_cast<std::int32_t>(tiles_.size());
      tiles_.emplace_back();
    }
    tiles_[static_cast<std::size_t>(number)].words[static_cast<std::size_t>(node % Tile::rows)] |=
        std::uint64_t{1} << other % Tile::columns;
  }

  /// How many tiles hold an edge: attention computes these and skips the others.
  Index filled_tiles() const { return std::ssize(tiles_) - 1; }
  Index all_tiles() const { return std::ssize(numbers_); }

 private:
  friend struct Adjacency;
  Index nodes_, width_ = 0;
  std::vector<std::int32_t> numbers_;  // of the tile at each place
  std::vector<detail::EdgeTile> tiles_;
};

/// A node sees itself and its neighbours: `mask(scores, Adjacency(edges))` with scores [nodes, nodes], of any number of
/// heads. The edges must outlive it, and adding an edge ends it.
struct Adjacency {
  const std::int32_t* numbers = nullptr;
  const detail::EdgeTile* tiles = nullptr;
  Index nodes = 0, width = 0;

  Adjacency() = default;
  explicit Adjacency(const Edges& edges)
      : numbers(edges.numbers_.data()), tiles(edges.tiles_.data()), nodes(edges.nodes_), width(edges.width_) {}
  explicit Adjacency(Edges&&) = delete;

  template <class Vector>
  auto sees(const Position<Vector>& at) const {
    using Scalar = simd::ScalarOf<Vector>;
    static_assert(detail::EdgeTile::columns % Vector::size == 0, "the lanes of a vector are bits of one word");
    const Index row = at.row, column = at.first_column;
    const detail::EdgeTile& tile =
        tiles[numbers[row / detail::EdgeTile::rows * width + column / detail::EdgeTile::columns]];
    const std::uint64_t bits =
        tile.words[static_cast<std::size_t>(row % detail::EdgeTile::rows)] >> column % detail::EdgeTile::columns;
    constexpr std::uint64_t lanes = ~std::uint64_t{0} >> (detail::EdgeTile::columns - Index{Vector::size});
    std::array<Scalar, Vector::size> seen;
    if ((bits & lanes) == 0) return Vector(Scalar(0)) > Vector(Scalar(0));
    for (std::size_t lane = 0; lane < Vector::size; ++lane) seen[lane] = static_cast<Scalar>(bits >> lane & 1);
    return simd::load<Vector>(seen.data()) > Vector(Scalar(0));
  }

  bool hides(Region region) const {
    using Tile = detail::EdgeTile;
    for (Index row = region.first_row / Tile::rows; row <= region.last_row / Tile::rows; ++row) {
      for (Index column = region.first_column / Tile::columns; column <= region.last_column / Tile::columns; ++column) {
        if (numbers[row * width + column] != 0) return false;
      }
    }
    return true;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
