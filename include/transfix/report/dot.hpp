// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/report/graph.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {
inline std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) {
    if (character == '"' || character == '\\') result += '\\';
    result += character;
  }
  return result + '"';
}

inline std::string node_line(const Node& node, Index number) {
  const char* const styles[] = {"", ", style=filled, fillcolor=\"#dbe9f6\"", ", style=dashed"};
  std::string label = detail::quoted(node.name);
  if (!node.shape.empty()) label.insert(label.size() - 1, "\\n" + node.shape);
  std::string line = "n" + std::to_string(number) + " [label=" + label + styles[static_cast<std::size_t>(node.kind)];
  if (node.kind == Node::Kind::computed) {
    line += ", tooltip=\"" + std::to_string(node.flops) + " FLOPs forward, " + std::to_string(node.tape_bytes) +
            " bytes of tape\"";
  }
  return line + "];\n";
}

inline void write_group(std::string& text, const Graph& graph, Index group, const std::string& indent) {
  for (Index number = 0; number < std::ssize(graph.nodes); ++number) {
    const Node& node = graph.nodes[static_cast<std::size_t>(number)];
    if (node.group == group) text += indent + node_line(node, number);
  }
  for (Index inner = group + 1; inner < std::ssize(graph.groups); ++inner) {
    const Group& cluster = graph.groups[static_cast<std::size_t>(inner)];
    if (cluster.parent != group) continue;
    text += indent + "subgraph cluster_" + std::to_string(inner) + " {\n";
    text += indent + "  label=" + detail::quoted(cluster.label) + ";\n";
    write_group(text, graph, inner, indent + "  ");
    text += indent + "}\n";
  }
}
}  // namespace detail

/// A graph in the language of Graphviz (`dot -Tsvg`): a box for each computation with the shape of its result, filled
/// for parameters, dashed for other numbers that are read; a frame around what is repeated. A box's tooltip tells its
/// bytes of tape and its FLOPs.
inline std::string dot(const Graph& graph) {
  std::string text = "digraph model {\n  fontname=\"sans-serif\";\n  node [shape=box, fontname=\"sans-serif\"];\n";
  detail::write_group(text, graph, 0, "  ");
  for (Index number = 0; number < std::ssize(graph.nodes); ++number) {
    std::vector<Index> operands = graph.nodes[static_cast<std::size_t>(number)].operands;
    std::sort(operands.begin(), operands.end());
    operands.erase(std::unique(operands.begin(), operands.end()), operands.end());  // parts of one value: one edge
    for (const Index operand : operands) {
      text += "  n" + std::to_string(operand) + " -> n" + std::to_string(number) + ";\n";
    }
  }
  return text + "}\n";
}

/// The graph of a model: every name is drawn once, and parameters have their path in the model.
template <class Model>
requires requires { typename Model::Input; }
std::string dot(const Model& model) { return dot(graph(model)); }

}  // namespace transfix::inline TRANSFIX_ABI::report
