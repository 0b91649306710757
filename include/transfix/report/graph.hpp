// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/members.hpp>
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
      Node node{Node::Kind::parameter, {}, shape_text<Shape>()};
      path.write([&](std::string_view piece) { node.name += piece; });
      parameters_.push_back(std::move(node));
      const auto* const data = parameter.data;
      if (data != nullptr) places_.push_back(place_of(data, Shape::size, -std::ssize(parameters_)));
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
  template <class Scalar>
  static Place place_of(const Scalar* data, Index count, Index node) {
    return {reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data + count), node};
  }

  template <class E, class Tape>
  Index visit(const E& expression, const Tape& tape, Standing standing) {
    std::vector<Index> operands;
    const auto parts = NodeOf<E>::parts(expression, tape, room_);
    for_each(parts, [&](const auto& part) {
      using Inside = std::remove_cvref_t<decltype(part)>;
      Standing inside{standing.runs * Inside::runs, standing.of * Inside::of, standing.tapes * Inside::tapes,
                      standing.group};
      if (!part.label.empty()) {
        inside.group = std::ssize(graph_.groups);
        graph_.groups.push_back({part.label, standing.group});
      }
      operands.push_back(visit(part.expression, part.tape, inside));
    });
    Index number;
    if constexpr (requires { NodeOf<E>::name(); }) {
      Node node{.name = NodeOf<E>::name(), .operands = std::move(operands)};
      if constexpr (requires { typename E::Shape; }) node.shape = shape_text<typename E::Shape>();
      number = add(std::move(node), standing.group);
    } else {
      number = operands.back();
    }
    Node& node = graph_.nodes[static_cast<std::size_t>(number)];
    node.tape_bytes += own_tape_bytes<E>() * standing.tapes;
    node.flops += NodeOf<E>::flops * standing.runs / standing.of;
    if constexpr (Viewable<E>) places_.push_back(place_of(expression.value(tape), E::span, number));
    return number;
  }

  template <class Scalar, class Shape, class Strides, Origin From>
  Index visit(const LeafExpression<Scalar, Shape, Strides, From>& leaf, const EmptyTape&, Standing standing) {
    const std::byte* const address = room_.original_of(reinterpret_cast<const std::byte*>(leaf.data));
    for (auto place = places_.rbegin(); address != nullptr && place != places_.rend(); ++place) {
      if (address < place->begin || address >= place->end) continue;
      if (place->node < 0) {
        place->node = add(parameters_[static_cast<std::size_t>(-1 - place->node)], standing.group);
      }
      return place->node;
    }
    const bool is_parameter = From == Origin::parameter;
    Node node{is_parameter ? Node::Kind::parameter : Node::Kind::given,
              is_parameter            ? "parameter"
              : From == Origin::bound ? "name"
                                      : "constant",
              shape_text<Shape>()};
    const Index number = add(std::move(node), standing.group);
    if (address != nullptr) places_.push_back(place_of(leaf.data, Tensor<Scalar, Shape, Strides>::span, number));
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
