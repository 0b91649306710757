// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <memory>
#include <string>
#include <transfix/core/math.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/expression/activations.hpp>
#include <transfix/expression/adjacency.hpp>
#include <transfix/expression/arithmetic.hpp>
#include <transfix/expression/attention.hpp>
#include <transfix/expression/heads.hpp>
#include <transfix/expression/let.hpp>
#include <transfix/nn/initialize.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// A view of the rows of a matrix that is zero almost everywhere: row r has the numbers[i] in the columns[i], for i
/// from begins[r] to begins[r + 1] - 1. All three lists are somebody else's.
struct SparseRows {
  const std::int32_t* begins = nullptr;
  const std::int32_t* columns = nullptr;
  const float* numbers = nullptr;
  Index rows = 0;
};

namespace rules {
/// y = x weight for sparse rows x, of which dropout leaves out some numbers.
/// VJP: d weight(c) += x(r, c) dy(r).
template <class Weight, Index Rows, bool Drops>
struct SparseProduct {
  using Scalar = typename Weight::Scalar;
  using Output = Tensor<Scalar, Shape<Rows, Weight::columns>>;
  using Saved = std::conditional_t<Drops, DropoutMask, detail::NoDropout>;
  SparseRows x;

  void forward(In<Weight> weight, Out<Output> y, Saved& saved, Context& context) const {
    saved.start(context);
    for (Index row = 0; row < Rows; ++row) {
      for (Index column = 0; column < Weight::columns; ++column) y[row][column] = 0;
      for_each_number(row, saved, [&](Index from, Scalar number) { add_scaled(weight[from], number, y[row]); });
    }
  }
  void backward(In<Output> dy, In<Output>, In<Weight>, const Saved& saved, Context&, auto d_weight) const {
    const auto sum = d_weight.clear();
    for (Index row = 0; row < Rows; ++row) {
      for_each_number(row, saved, [&](Index from, Scalar number) { add_scaled(dy[row], number, sum[from]); });
    }
  }

 private:
  void for_each_number(Index row, const Saved& random, auto&& function) const {
    for (Index i = x.begins[row]; i < x.begins[row + 1]; ++i) {
      const Index column = x.columns[i];
      if (column < 0 || column >= Weight::rows) {
        fail("row ", row, " of the features has a number in column ", column,
             ", and the model has .features = ", Weight::rows,
             ", numbered from 0; build it with more, or correct the row");
      }
      const Scalar factor = random.template factor<simd::One<Scalar>>(row, column).value;
      if (factor != 0) function(column, static_cast<Scalar>(x.numbers[i]) * factor);
    }
  }
  static void add_scaled(const Scalar* from, Scalar factor, Scalar* to) {
    simd::for_each_lane<Scalar, Weight::columns>([&](auto tag, Index column) {
      using Vector = decltype(tag);
      simd::store(
          simd::multiply_add(Vector(factor), simd::load<Vector>(from + column), simd::load<Vector>(to + column)),
          to + column);
    });
  }
};

/// One factor of the scores s(i) + t(j) as a product of rank 2, [s 1] [1 t]^T: with s = x(h, i) weight(h) + bias(h),
/// y(h, i) = [s 1] where `Place` is 0 and [1 s] where it is 1.
template <Index Place, class X, class Weight, class Bias>
struct NodeScores {
  using Scalar = typename X::Scalar;
  static constexpr Index heads = X::Shape::batches, nodes = X::Shape::matrix_rows, width = X::columns;
  using Output = Tensor<Scalar, Shape<heads, nodes, 2>>;
  struct Saved {};

  static void forward(In<X> x, In<Weight> weight, In<Bias> bias, Out<Output> y, Saved&) {
    for (Index row = 0; row < X::rows; ++row) {
      const Index head = row / nodes;
      y[row][Place] = kernels::dot<width>(x[row], weight[head]) + bias[0][head];
      y[row][1 - Place] = 1;
    }
  }
  static void backward(In<Output> dy, In<Output>, In<X> x, In<Weight> weight, In<Bias>, const Saved&, auto dx,
                       auto d_weight, auto d_bias) {
    const auto sum = d_weight.clear();
    const auto bias_sum = d_bias.clear();
    for (Index row = 0; row < X::rows; ++row) {
      const Index head = row / nodes;
      const Scalar gradient = dy[row][Place];
      simd::for_each_lane<Scalar, width>([&](auto tag, Index column) {
        using Vector = decltype(tag);
        dx.add(row, column, Vector(gradient) * simd::load<Vector>(weight[head] + column));
        sum.add(head, column, Vector(gradient) * simd::load<Vector>(x[row] + column));
      });
      bias_sum.add(0, head, simd::One<Scalar>(gradient));
    }
  }
};
template <class X, class Weight, class Bias>
using ScoresOfNode = NodeScores<0, X, Weight, Bias>;
template <class X, class Weight, class Bias>
using ScoresOfNeighbour = NodeScores<1, X, Weight, Bias>;
}  // namespace rules

/// x weight for sparse rows x: [Rows, F], [F, columns] -> [Rows, columns]. With `Drops` dropout sets numbers of x to 0.
template <Index Rows, bool Drops = false, Operand Weight>
constexpr auto sparse_matmul(SparseRows x, Weight&& weight) {
  if (x.rows != Rows) {
    fail("the features have ", x.rows, " rows and the model ", Rows, " nodes; build the model with .nodes = ", x.rows);
  }
  return operation_with(rules::SparseProduct<TensorOf<StoredOf<Weight>>, Rows, Drops>{x}, std::forward<Weight>(weight));
}

namespace models {

/// The attention of a graph's nodes to their neighbours (Velickovic et al. 2018), head by head, from features
/// h [nodes, Heads * Width]:
///   e(i, j) = leaky_relu(self . h(i) + self_bias + neighbour . h(j) + neighbour_bias)
///   y(i) = sum over the neighbours j of softmax(e(i))(j) h(j), + bias
/// The heads of the result lie side by side. Nodes x nodes scores are never stored.
template <Index Heads, Index Width, bool Drops, class Scalar>
struct NodeAttention {
  Parameter<Shape<Heads, Width>, Scalar> self, neighbour;
  Parameter<Shape<Heads>, Scalar> self_bias, neighbour_bias;
  Parameter<Shape<Heads * Width>, Scalar> bias;

  template <Operand X>
  constexpr auto operator()(X&& features, Adjacency adjacency) const {
    constexpr Index nodes = ExpressionOf<X>::Shape::rows;
    if (adjacency.nodes != nodes) {
      fail("the edges are those of ", adjacency.nodes, " nodes and the model has ", nodes,
           "; build the model with .nodes = ", adjacency.nodes);
    }
    return let(std::forward<X>(features), [this, adjacency](auto name) {
      const auto [heads] = split_heads<1, Heads>(name);
      auto query = operation<rules::ScoresOfNode>(heads, self, self_bias);
      auto key = operation<rules::ScoresOfNeighbour>(heads, neighbour, neighbour_bias);
      auto scores = mask(leaky_relu(matmul(std::move(query), transpose(std::move(key)))), adjacency);
      return merge_heads(matmul(dropout<Drops>(softmax(std::move(scores))), dropout<Drops>(heads))) + bias;
    });
  }

  void initialize(Random& random, InitialScale) {
    const double deviation = math::sqrt(2.0 / (Width + 1));
    fill_normal(self, random, deviation);
    fill_normal(neighbour, random, deviation);
    fill(self_bias, 0);
    fill(neighbour_bias, 0);
    fill(bias, 0);
  }
};

/// The shape of a graph attention network. The defaults are those of the paper for citation graphs.
struct GraphConfig {
  Index nodes = 0;     ///< of the one graph that it is for
  Index features = 0;  ///< numbers a node, most of them zero
  Index classes = 2;
  Index width = 8;  ///< of a head
  Index heads = 8;
  bool dropout = false;
};

/// What a graph attention network reads: features, of each node a row, and who is a neighbour of whom.
struct GraphInput {
  SparseRows features;
  Adjacency adjacency;

  GraphInput() = default;
  GraphInput(SparseRows rows, Adjacency neighbours) : features(rows), adjacency(neighbours) {}
  /// Of a data::Graph; it and its edges must outlive the input.
  template <class Graph>
  GraphInput(const Graph& graph, const Edges& edges)
      : features{graph.begins.data(), graph.columns.data(), graph.numbers.data(), graph.nodes()}, adjacency(edges) {}
  template <class Graph>
  GraphInput(const Graph& graph, Edges&& edges) = delete;
};

/// The edges of a data::Graph.
template <class Graph>
Edges edges_of(const Graph& graph) {
  Edges edges(graph.nodes());
  for (const auto& [a, b] : graph.edges) edges.connect(a, b);
  return edges;
}

/// Classifies the nodes of a graph (Velickovic et al. 2018): logits [nodes, classes]. The first layer has heads side by
/// side and ELU, the second one head. Dropout, in the paper at a rate of 0.6, is on the input of both layers, on their
/// features and on the attention.
template <GraphConfig Config, class Stored = float>
struct GraphAttention {
  static_assert(Config.nodes > 0 && Config.features > 0, "GraphAttention: give GraphConfig .nodes and .features");
  using Scalar = Computed<Stored>;
  using Input = GraphInput;
  using Target = Tokens<Config.nodes>;
  static constexpr GraphConfig config = Config;
  static constexpr Index hidden = Config.heads * Config.width;

  Parameter<Shape<Config.features, hidden>, Stored> input_weight;
  NodeAttention<Config.heads, Config.width, Config.dropout, Stored> input_attention;
  Parameter<Shape<hidden, Config.classes>, Stored> output_weight;
  NodeAttention<1, Config.classes, Config.dropout, Stored> output_attention;

  constexpr auto operator()(const Input& input) const {
    auto features = sparse_matmul<Config.nodes, Config.dropout>(input.features, input_weight);
    auto seen = dropout<Config.dropout>(elu(input_attention(std::move(features), input.adjacency)));
    return output_attention(matmul(std::move(seen), output_weight), input.adjacency);
  }

  void initialize(Random& random, InitialScale scale) {
    fill_normal(input_weight, random, math::sqrt(2.0 / (Config.features + Config.width)));
    input_attention.initialize(random, scale);
    fill_normal(output_weight, random, math::sqrt(2.0 / (hidden + Config.classes)));
    output_attention.initialize(random, scale);
  }
};

namespace detail {
/// Copies the float tensor `name` of a file, of rows x columns numbers, to rows that lie `stride` numbers apart.
template <class File, class Scalar>
void copy_published(const File& file, const std::string& name, Index rows, Index columns, Scalar* to, Index stride) {
  const auto place = file.tensors.find(name);
  if (place == file.tensors.end())
    fail("the file has no tensor ", name, "; give the weights of a network of this shape");
  const auto& tensor = place->second;
  const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(rows * columns);
  const bool fits = !tensor.shape.empty() && tensor.shape.back() == static_cast<std::uint64_t>(columns) &&
                    tensor.bytes.size() == bytes;
  if (tensor.dtype != "F32" || !fits) {
    fail("the tensor ", name, " is not of ", rows, " x ", columns, " F32 numbers, which the model has in its place",
         "; give the weights of a network of this shape");
  }
  for (Index i = 0; i < rows * columns; ++i) {
    float number;
    std::memcpy(&number, tensor.bytes.data() + sizeof(float) * static_cast<std::size_t>(i), sizeof number);
    to[i / columns * stride + i % columns] = static_cast<Scalar>(number);
  }
}

template <Index Heads, Index Width, bool Drops, class Scalar>
void copy_published(const auto& file, const std::string& layer, Index inputs, Scalar* weight,
                    NodeAttention<Heads, Width, Drops, Scalar>& attention) {
  for (Index head = 0; head < Heads; ++head) {
    const std::string name = layer + ".head" + std::to_string(head) + ".";
    const Index first = head * Width;
    copy_published(file, name + "weight", inputs, Width, weight + first, Heads * Width);
    copy_published(file, name + "attn_self", 1, Width, attention.self.data + first, Width);
    copy_published(file, name + "attn_neighbour", 1, Width, attention.neighbour.data + first, Width);
    copy_published(file, name + "attn_self_bias", 1, 1, attention.self_bias.data + head, 1);
    copy_published(file, name + "attn_neighbour_bias", 1, 1, attention.neighbour_bias.data + head, 1);
    copy_published(file, name + "bias", 1, Width, attention.bias.data + first, Width);
  }
}
}  // namespace detail

/// Copies the weights that the authors trained, which have a name for each head, such as `layer0.head3.attn_self`, from
/// a file read by io::read_safetensors. On failure the model is as it was.
template <GraphConfig Config, class Scalar>
void copy_published(const auto& file, GraphAttention<Config, Scalar>& model) {
  constexpr std::size_t expected = 6 * static_cast<std::size_t>(Config.heads + 1);
  if (file.tensors.size() != expected) {
    fail("the file has ", file.tensors.size(), " tensors and a network of ", Config.heads, " heads and one has ",
         expected, "; give the weights of a network of this shape");
  }
  const auto copied = std::make_unique<GraphAttention<Config, Scalar>>(model);
  detail::copy_published(file, "layer0", Config.features, copied->input_weight.data, copied->input_attention);
  detail::copy_published(file, "layer1", copied->hidden, copied->output_weight.data, copied->output_attention);
  model = *copied;
}

}  // namespace models
}  // namespace transfix::inline TRANSFIX_ABI
