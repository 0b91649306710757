// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <span>
#include <transfix/core/members.hpp>
#include <transfix/io/path_text.hpp>
#include <transfix/report/node.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// A computation of a model, or numbers that it reads. Bytes and FLOPs are its own, without those of its operands, and
/// those of all its repetitions.
struct Node {
  enum class Kind { computed, parameter, given };
  Kind kind = Kind::computed;
  std::string name = {};   ///< of its rule, or the path of a parameter in the model
  std::string shape = {};  ///< "[64, 128]"; nothing for a loss
  Index tape_bytes = 0, flops = 0;
  std::vector<Index> operands = {};  ///< numbers of nodes
  Index group = 0;
};

/// Nodes that belong together, such as the body of a repetition.
struct Group {
  std::string label;  ///< "repeat x 12"
  Index parent = 0;   ///< the number of the group around it
};

/// What a model computes. Group 0 is all of it; a repetition is shown by its first body.
struct Graph {
  std::vector<Node> nodes;  ///< operands before those that use them
  std::vector<Group> groups = {{"", 0}};
};

namespace detail {
/// Where an expression stands: how often it runs for a pass, how many tapes it has, and its group.
struct Standing {
  Index runs = 1, of = 1, tapes = 1, group = 0;
};

/// What a node says of an expression, for code that is the same for all expressions.
struct NodeFacts {
  std::string (*name)() = nullptr;
  std::span<const Index> extents = {};
  bool has_shape = false;
  Index tape_bytes = 0, flops = 0;
};
template <class E>
constexpr NodeFacts facts_of() {
  NodeFacts facts{.tape_bytes = own_tape_bytes<E>(), .flops = NodeOf<E>::flops};
  if constexpr (requires { NodeOf<E>::name(); }) facts.name = NodeOf<E>::name;
  if constexpr (requires { typename E::Shape; }) {
    facts.extents = extents_of<typename E::Shape>;
    facts.has_shape = true;
  }
  return facts;
}

template <class... P>
void for_each(const Tuple<P...>& parts, auto&& function) {
  unrolled<Index{sizeof...(P)}>([&](auto i) { function(get<i()>(parts)); });
}

class GraphBuilder {
 public:
  template <class E, class Model>
  Graph build(const E& expression, const Model& model) {
    for_each_parameter(model, [&](const Path& path, const auto& parameter) {
      using Shape = typename std::remove_cvref_t<decltype(parameter)>::Shape;
      add_parameter(path, extents_of<Shape>, bytes_of(parameter.data, Shape::size));
    });
    visit(expression, room_.tape<typename TapeOf<E>::Type>(), {});
    return std::move(graph_);
  }

 private:
  /// Numbers in memory and their node; -1 - i where it is parameter i, which is not drawn yet.
  struct Place {
    const std::byte *begin, *end;
    Index node;
  };
  using Bytes = std::span<const std::byte>;
  template <class Scalar>
  static Bytes bytes_of(const Scalar* data, Index count) {
    if (data == nullptr) return {};
    return std::as_bytes(std::span(data, static_cast<std::size_t>(count)));
  }
  void note_place(Bytes bytes, Index node) {
    if (!bytes.empty()) places_.push_back({bytes.data(), bytes.data() + bytes.size(), node});
  }

  void add_parameter(const Path& path, std::span<const Index> extents, Bytes bytes) {
    parameters_.push_back({Node::Kind::parameter, io::detail::written(path), shape_text(extents)});
    note_place(bytes, -std::ssize(parameters_));
  }

  template <class E, class Tape>
  Index visit(const E& expression, const Tape& tape, Standing standing) {
    const auto parts = NodeOf<E>::parts(expression, tape, room_);
    std::vector<Index> operands;
    for_each(parts, [&](const auto& part) {
      using Inside = std::remove_cvref_t<decltype(part)>;
      const Standing inside = within(standing, {Inside::runs, Inside::of, Inside::tapes}, part.label);
      operands.push_back(visit(part.expression, part.tape, inside));
    });
    static constexpr NodeFacts facts = facts_of<E>();
    const Index number = add_computed(facts, std::move(operands), standing);
    if constexpr (Viewable<E>) note_place(bytes_of(expression.value(tape), E::span), number);
    return number;
  }

  template <class Scalar, class Shape, class Strides, Origin From>
  Index visit(const LeafExpression<Scalar, Shape, Strides, From>& leaf, const EmptyTape&, Standing standing) {
    return add_leaf(From, extents_of<Shape>, bytes_of(leaf.data, Tensor<Scalar, Shape, Strides>::span), standing);
  }

  Standing within(Standing outside, Standing part, std::string (*label)()) {
    Standing inside{outside.runs * part.runs, outside.of * part.of, outside.tapes * part.tapes, outside.group};
    if (label != nullptr) {
      inside.group = std::ssize(graph_.groups);
      graph_.groups.push_back({label(), outside.group});
    }
    return inside;
  }

  Index add_computed(const NodeFacts& facts, std::vector<Index> operands, Standing standing) {
    Index number;
    if (facts.name != nullptr) {
      Node node{.name = facts.name(), .operands = std::move(operands)};
      if (facts.has_shape) node.shape = shape_text(facts.extents);
      number = add(std::move(node), standing.group);
    } else {
      number = operands.back();
    }
    Node& node = graph_.nodes[static_cast<std::size_t>(number)];
    node.tape_bytes += facts.tape_bytes * standing.tapes;
    node.flops += facts.flops * standing.runs / standing.of;
    return number;
  }

  Index add_leaf(Origin origin, std::span<const Index> extents, Bytes bytes, Standing standing) {
    const std::byte* const address = room_.original_of(bytes.data());
    for (auto place = places_.rbegin(); address != nullptr && place != places_.rend(); ++place) {
      if (address < place->begin || address >= place->end) continue;
      if (place->node < 0) {
        place->node = add(parameters_[static_cast<std::size_t>(-1 - place->node)], standing.group);
      }
      return place->node;
    }
    const bool is_parameter = origin == Origin::parameter;
    Node node{is_parameter ? Node::Kind::parameter : Node::Kind::given,
              is_parameter              ? "parameter"
              : origin == Origin::bound ? "name"
                                        : "constant",
              shape_text(extents)};
    const Index number = add(std::move(node), standing.group);
    if (address != nullptr) note_place(bytes, number);
    return number;
  }

  Index add(Node node, Index group) {
    node.group = group;
    graph_.nodes.push_back(std::move(node));
    return std::ssize(graph_.nodes) - 1;
  }

  Graph graph_;
  Room room_;
  std::vector<Place> places_;
  std::vector<Node> parameters_;
};
}  // namespace detail

/// The graph of an expression or a loss. Parameters of `model` are named by their path, others by their shape alone,
/// and so are frozen ones that have no numbers yet.
///   graph(loss::CrossEntropy{}(model(input), target), model)
template <Expression E, class Model = Tuple<>>
Graph graph(const E& expression, const Model& model = {}) {
  return detail::GraphBuilder().build(expression, model);
}

/// The graph of a model's result.
template <class Model>
requires requires { typename Model::Input; }
Graph graph(const Model& model) { return graph(model(typename Model::Input{}), model); }

}  // namespace transfix::inline TRANSFIX_ABI::report
