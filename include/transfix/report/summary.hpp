// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/members.hpp>
#include <transfix/report/node.hpp>
#include <transfix/report/with_commas.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {
/// part / whole in per cent, with one decimal.
inline std::string share(Index part, Index whole) {
  const Index thousandths = (2000 * part + whole) / (2 * whole);
  return std::to_string(thousandths / 10) + "." + std::to_string(thousandths % 10) + "%";
}

inline void add_row(std::string& table, std::string name, std::string middle, std::string number) {
  const auto fill = [](std::string& text, std::size_t width, bool left) {
    if (text.size() < width) text.insert(left ? text.size() : 0, width - text.size(), ' ');
  };
  fill(name += ' ', 48, true);
  fill(middle, 16, true);
  fill(number, 16, false);
  table += name + middle + number + '\n';
}

// Equal parts that follow each other are shown once, with their number.
template <class Part>
void add_parts(std::string& table, const Part& part, const std::string& name, Index times) {
  if constexpr (is_parameter<Part>) {
    add_row(table, name, shape_text(extents_of<typename Part::Shape>), with_commas(times * Part::Shape::size));
  } else if constexpr (IndexedParts<Part>) {
    add_parts(table, part.items[0], name + ".0" + (Part::count > 1 ? ".." + std::to_string(Part::count - 1) : ""),
              times * Part::count);
  } else {
    for_each_part(part, Path{}, [&](const Path& path, const auto& inner) {
      add_parts(table, inner, (name.empty() ? "" : name + ".") + std::string(path.name), times);
    });
  }
}

template <class Model>
void add_layers(std::string& table, const Model& model) {
  for_each_part(model, Path{}, [&]<class Part>(const Path& path, const Part&) {
    if constexpr (parameter_count < Part >> 0) {
      add_row(table, std::string(path.name), share(parameter_count<Part>, parameter_count<Model>),
              with_commas(parameter_count<Part>));
    }
  });
}

template <class Model>
void add_costs(std::string& table) {
  Index flops = forward_flops<ResultOf<Model>>;
  const char* unit = "FLOPs an example";
  if constexpr (requires { Model::context; }) {
    flops /= Model::context;
    unit = "FLOPs a token";
  }
  add_row(table, "tape of one example", "bytes", with_commas(tape_bytes<ResultOf<Model>>));
  add_row(table, "forward", unit, with_commas(flops));
  add_row(table, "training", unit, with_commas(3 * flops));
}

template <class Training>
void add_memory(std::string& table) {
  constexpr auto memory = Training::memory();
  add_row(table, "memory of training", "", "bytes");
  add_row(table, "parameters", share(memory.parameters, memory.total()), with_commas(memory.parameters));
  add_row(table, "gradients", share(memory.gradients, memory.total()), with_commas(memory.gradients));
  add_row(table, "optimizer", share(memory.optimizer, memory.total()), with_commas(memory.optimizer));
  add_row(table, "tape", share(memory.tape, memory.total()), with_commas(memory.tape));
  add_row(table, "workspace", share(memory.workspace, memory.total()), with_commas(memory.workspace));
  add_row(table, "all", "", with_commas(memory.total()));
}
}  // namespace detail

/// What a model is made of and what it costs: each parameter with its shape and how many numbers it has, the share of
/// each layer, tape and FLOPs (see forward_flops). Repeated layers are one line, with the numbers of all of them. Given
/// a Trainer's type it also shows where the memory of a run goes:
///   std::cout << report::summary<Training>(trainer.model());
template <class Training = void, class Model>
std::string summary(const Model& model) {
  std::string table;
  detail::add_row(table, "parameter", "shape", "numbers");
  detail::add_parts(table, model, "", 1);
  detail::add_row(table, "all", "", detail::with_commas(parameter_count<Model>));
  table += '\n';
  detail::add_row(table, "layer", "share", "numbers");
  detail::add_layers(table, model);
  table += '\n';
  detail::add_row(table, "trained", "numbers", detail::with_commas(trained_count<Model>));
  detail::add_row(table, "frozen", "numbers", detail::with_commas(parameter_count<Model> - trained_count<Model>));
  if constexpr (requires { typename Model::Input; }) detail::add_costs<Model>(table);
  if constexpr (!std::is_void_v<Training>) {
    static_assert(std::is_same_v<decltype(std::declval<const Training&>().model()), const Model&>,
                  "summary<Training>(model): this is not the Trainer's model");
    table += '\n';
    detail::add_memory<Training>(table);
  }
  return table;
}

}  // namespace transfix::inline TRANSFIX_ABI::report
