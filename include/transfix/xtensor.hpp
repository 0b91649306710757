// SPDX-License-Identifier: MIT
#pragma once

// The door to xtensor: numbers of transfix as xt views without a copy, and xt arrays as operands.
#if __has_include(<xtensor/xadapt.hpp>)
#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xnoalias.hpp>
#else  // xtensor 0.26 and later
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/core/xexpression.hpp>
#include <xtensor/core/xnoalias.hpp>
#endif

#include <array>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/expression/leaf.hpp>

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

/// An xt array as an operand without gradient, without a copy. It must be stored row-major and without gaps,
/// have the extents of `Shape`, and outlive the expression.
template <class Shape, class Array>
auto from_xtensor(const Array& array) {
  static_assert(
      requires { array.storage(); }, "from_xtensor<Shape>(x): x must be an array; evaluate it with xt::eval");
  detail::check_extents<Shape>(array);
  if (!array.is_contiguous() || array.layout() != xt::layout_type::row_major) {
    fail("from_xtensor: the array must be row-major and without gaps");
  }
  return constant<Shape>(array.data() + array.data_offset());
}
template <class Shape, class Array>
auto from_xtensor(const Array&& array) = delete;  // it would be gone before it is read

/// Fills a parameter with any xt expression of its shape.
template <class Shape, class Stored, class E>
void assign(Parameter<Shape, Stored>& parameter, const xt::xexpression<E>& expression) {
  detail::check_extents<Shape>(expression.derived_cast());
  auto view = as_xtensor(parameter);
  xt::noalias(view) = expression.derived_cast();
}

}  // namespace transfix::inline TRANSFIX_ABI
