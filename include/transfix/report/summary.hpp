// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/core/members.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

namespace detail {
template <class Shape>
std::string shape_text() {
  std::string text = "[";
  for (Index axis = 0; axis < Shape::rank; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string(Shape::extent(axis));
  }
  return text + "]";
}

inline std::string grouped(Index number) {
  std::string digits = std::to_string(number);
  for (Index place = std::ssize(digits) - 3; place > 0; place -= 3) digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

inline void add_row(std::string& table, std::string name, std::string shape, std::string count) {
  const auto fill = [](std::string& text, std::size_t width, bool left) {
    if (text.size() < width) text.insert(left ? text.size() : 0, width - text.size(), ' ');
  };
  fill(name, 48, true);
  fill(shape, 16, true);
  fill(count, 16, false);
  table += name + shape + count + '\n';
}

// Equal parts that follow each other are shown once, with their number.
template <class Part>
void add_parts(std::string& table, const Part& part, const std::string& name, Index times) {
  if constexpr (is_parameter<Part>) {
    add_row(table, name, shape_text<typename Part::Shape>(), grouped(times * Part::Shape::size));
  } else if constexpr (IndexedParts<Part>) {
    add_parts(table, part.items[0], name + ".0" + (Part::count > 1 ? ".." + std::to_string(Part::count - 1) : ""),
              times * Part::count);
  } else {
    for_each_part(part, Path{}, [&](const Path& path, const auto& inner) {
      add_parts(table, inner, (name.empty() ? "" : name + ".") + std::string(path.name), times);
    });
  }
}
}  // namespace detail

/// A table of a model's parameters: name, shape, how many numbers. Repeated layers are one line each, and the numbers
/// of all of them.
template <class Model>
std::string summary(const Model& model) {
  std::string table;
  detail::add_row(table, "parameter", "shape", "numbers");
  detail::add_parts(table, model, "", 1);
  detail::add_row(table, "all", "", detail::grouped(parameter_count<Model>));
  return table;
}

}  // namespace transfix::inline TRANSFIX_ABI::report
