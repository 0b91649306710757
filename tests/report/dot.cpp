// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>
#include <transfix/report/dot.hpp>

#include "models.hpp"

using namespace transfix;

namespace {
/// What stands in the text: boxes, arrows, frames; every arrow's ends must be boxes, and braces must match.
struct Drawing {
  std::set<std::string> boxes;
  std::set<std::string> arrows;
  Index frames = 0, depth = 0;

  explicit Drawing(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      line.erase(0, line.find_first_not_of(' '));
      frames += line.starts_with("subgraph cluster_");
      if (line.ends_with('{')) ++depth;
      if (line == "}") --depth;
      CHECK((depth > 0 || lines.peek() == std::istringstream::traits_type::eof()));
      if (line.front() != 'n' || line.starts_with("node")) continue;
      CHECK(line.ends_with(';'));
      const auto arrow = line.find(" -> ");
      if (arrow == std::string::npos) {
        CHECK(boxes.insert(line.substr(0, line.find(' '))).second);
        CHECK(std::count(line.begin(), line.end(), '"') % 2 == 0);
      } else {
        CHECK(arrows.insert(line).second);
        CHECK(boxes.contains(line.substr(0, arrow)));
        CHECK(boxes.contains(line.substr(arrow + 4, line.size() - arrow - 5)));
      }
    }
    CHECK(depth == 0);
  }
};

struct Small {
  using Input = const float*;
  nn::Linear<3, 2> map;
  constexpr auto operator()(Input input) const {
    return repeat<4>(map(constant<Shape<1, 3>>(input)), [](Index, auto x) { return x + x; });
  }
};
}  // namespace

TEST_CASE("dot: a small graph, word by word") {
  const auto model = std::make_unique<Small>();
  std::string text = report::dot(*model);
  for (std::size_t at; (at = text.find(", tooltip=")) != std::string::npos;) {
    text.erase(at, text.find("\"]", at) + 1 - at);  // bytes of the tape depend on the instruction set
  }
  CHECK(text == R"(digraph model {
  fontname="sans-serif";
  node [shape=box, fontname="sans-serif"];
  n0 [label="constant\n[1, 3]", style=dashed];
  n1 [label="map.weight\n[3, 2]", style=filled, fillcolor="#dbe9f6"];
  n2 [label="matmul\n[1, 2]"];
  n3 [label="map.bias\n[2]", style=filled, fillcolor="#dbe9f6"];
  n4 [label="add\n[1, 2]"];
  subgraph cluster_1 {
    label="repeat x 4";
    n5 [label="add\n[1, 2]"];
  }
  n0 -> n2;
  n1 -> n2;
  n2 -> n4;
  n3 -> n4;
  n4 -> n5;
}
)");
}

TEST_CASE_TEMPLATE("dot: every model is a graph whose arrows join its boxes", Model, support::TinyGpt,
                   support::TinyMixture, support::TinyBertPretraining, support::TinyEncoderDecoder, support::TinyLstm) {
  const auto model = std::make_unique<Model>();
  const report::Graph graph = report::graph(*model);
  const std::string text = report::dot(*model);
  CHECK(text == report::dot(graph));
  const Drawing drawing(text);
  CHECK(std::ssize(drawing.boxes) == std::ssize(graph.nodes));
  CHECK(drawing.frames == std::ssize(graph.groups) - 1);
  CHECK(text.starts_with("digraph"));
  // All but the result leads somewhere.
  for (std::size_t number = 0; number + 1 < graph.nodes.size(); ++number) {
    const std::string from = "n" + std::to_string(number) + " ";
    CHECK(std::any_of(drawing.arrows.begin(), drawing.arrows.end(),
                      [&](const std::string& arrow) { return arrow.starts_with(from); }));
  }
}

TEST_CASE("dot: names may hold any characters") {
  report::Graph graph;
  graph.nodes.push_back({.name = "a \"b\" \\ c", .shape = "[1]"});
  CHECK(report::dot(graph).find(R"([label="a \"b\" \\ c\n[1]")") != std::string::npos);
}
