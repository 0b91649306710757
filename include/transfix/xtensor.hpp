// SPDX-License-Identifier: MIT
#pragma once

// The door to xtensor: numbers of transfix as xt views without a copy, and xt arrays as operands.
#if __has_include(<xtensor/containers/xadapt.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/core/xeval.hpp>
#include <xtensor/core/xexpression.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xeval.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include <algorithm>
#include <array>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/tokens.hpp>
#include <transfix/core/values.hpp>
#include <transfix/expression/leaf.hpp>
#include <transfix/generate/inference.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <class Shape>
constexpr auto extents_of_array() {
  std::array<std::size_t, static_cast<std::size_t>(Shape::rank)> extents{};
  for (Index axis = 0; axis < Shape::rank; ++axis) {
    extents[static_cast<std::size_t>(axis)] = static_cast<std::size_t>(Shape::extent(axis));
  }
  return extents;
}

inline std::string extents_text(const auto& extents) {
  std::string text = "[";
  for (const auto extent : extents) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

/// The law of the door: an array's extents are those of the static shape.
template <class Shape>
void check_extents(const auto& array) {
  constexpr auto expected = extents_of_array<Shape>();
  const auto& found = array.shape();
  if (!std::equal(expected.begin(), expected.end(), found.begin(), found.end(),
                  [](std::size_t a, auto b) { return a == static_cast<std::size_t>(b); })) {
    fail("an xtensor array of shape ", extents_text(found), " stands where ", extents_text(expected),
         " is needed; reshape it first");
  }
}

template <class Row>
inline constexpr Index length_of_row = Row::length;
template <Index Count, class Scalar>
inline constexpr Index length_of_row<Values<Count, Scalar>> = Count;

/// The law of memory: an array is read where it is, so it must have one place for each number, in order.
void check_memory(const auto& array) {
  static_assert(
      requires { array.storage(); }, "an array of xtensor is read where it is; evaluate an expression with xt::eval");
  if (!array.is_contiguous() || array.layout() != xt::layout_type::row_major) {
    fail("from_xtensor: the array must be row-major and without gaps");
  }
}
}  // namespace detail

/// Numbers at `data` as an xt view of a static shape, row-major, without a copy.
template <class Shape, class Scalar>
auto as_xtensor(Scalar* data) {
  return xt::adapt(data, static_cast<std::size_t>(Shape::size), xt::no_ownership(), detail::extents_of_array<Shape>());
}

/// A parameter, a gradient or a moment as an xt view; writing to the view writes to the model.
template <class Shape, class Stored>
auto as_xtensor(Parameter<Shape, Stored>& parameter) {
  return as_xtensor<Shape>(numbers(parameter).data());
}
template <class Shape, class Stored>
auto as_xtensor(const Parameter<Shape, Stored>& parameter) {
  return as_xtensor<Shape>(numbers(parameter).data());
}

/// The tokens or values of an example as an xt view [Length].
template <Index Length>
auto as_xtensor(Tokens<Length> tokens) {
  return as_xtensor<Shape<Length>>(tokens.data);
}
template <Index Count, class Scalar>
auto as_xtensor(Values<Count, Scalar> values) {
  return as_xtensor<Shape<Count>>(values.data);
}

/// The result of a model for an input, such as logits, as an xt view [rows, columns]. It lasts until the next call.
template <class Model>
auto as_xtensor(Inference<Model>& inference, const typename Model::Input& input) {
  return as_xtensor<Shape<Inference<Model>::rows, Inference<Model>::columns>>(inference(input));
}

/// An attention map (report/attention_maps.hpp) as an xt view [heads, queries, keys].
auto as_xtensor(auto& map) requires requires { map.heads, map.queries, map.keys, map.probabilities; }
{
  const std::array<std::size_t, 3> extents{static_cast<std::size_t>(map.heads), static_cast<std::size_t>(map.queries),
                                           static_cast<std::size_t>(map.keys)};
  return xt::adapt(map.probabilities.data(), map.probabilities.size(), xt::no_ownership(), extents);
}

/// An xt array as an operand without gradient, without a copy. It must be stored row-major and without gaps,
/// have the extents of `Shape`, and outlive the expression.
template <class Shape, class Array>
auto from_xtensor(const Array& array) {
  detail::check_memory(array);
  detail::check_extents<Shape>(array);
  return constant<Shape>(array.data() + array.data_offset());
}
template <class Shape, class Array>
auto from_xtensor(const Array&& array) = delete;  // it would be gone before it is read

/// Row `number` of an xt array [rows, length] as Tokens<length> or Values<length>, without a copy. A data set of
/// arrays:
///   const auto data = data::from_functions(count, [&](Index number) {
///     return data::Example{row_from_xtensor<Tokens<64>>(texts, number), row_from_xtensor<Tokens<1>>(labels, number)};
///   });
template <class Row, class Array>
Row row_from_xtensor(const Array& array, Index number) {
  detail::check_memory(array);
  constexpr auto length = detail::length_of_row<Row>;
  if (array.dimension() != 2 || static_cast<Index>(array.shape()[1]) != length) {
    fail("an xtensor array of shape ", detail::extents_text(array.shape()), " stands where rows of ", length,
         " numbers are needed; reshape it first");
  }
  if (number < 0 || number >= static_cast<Index>(array.shape()[0])) {
    fail("row ", number, " of an xtensor array that has ", array.shape()[0], " rows");
  }
  return {array.data() + array.data_offset() + static_cast<std::size_t>(number * length)};
}
template <class Row, class Array>
Row row_from_xtensor(const Array&& array, Index number) = delete;

/// Fills a parameter with any xt expression of its shape, of which it may be a part.
template <class Shape, class Stored, class E>
void assign(Parameter<Shape, Stored>& parameter, const xt::xexpression<E>& expression) {
  detail::check_extents<Shape>(expression.derived_cast());
  auto view = as_xtensor(parameter);
  const auto& values = xt::eval(expression.derived_cast());
  xt::noalias(view) = values;
}

}  // namespace transfix::inline TRANSFIX_ABI
