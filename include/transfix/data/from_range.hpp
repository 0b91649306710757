// SPDX-License-Identifier: MIT
#pragma once
#include <iterator>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <type_traits>
#include <utility>

namespace transfix::inline TRANSFIX_ABI::data {

/// A data set made of two things: a number of examples, and a function that makes example number 0, 1, ...
/// Several threads may call the function at once.
template <class Function>
class FunctionData {
 public:
  using Example = std::remove_cvref_t<std::invoke_result_t<const Function&, Index>>;

  FunctionData(Index size, Function function) : size_(size), function_(std::move(function)) {
    if (size < 0) fail("a data set of ", size, " examples: give their number, 0 or more");
  }
  Index size() const { return size_; }
  Example example(Index number) const { return function_(number); }

 private:
  Index size_;
  Function function_;
};

/// from_functions(4, [](Index number) { return Example{...}; })
template <class Function>
FunctionData<Function> from_functions(Index size, Function function) {
  return {size, std::move(function)};
}

/// The elements of any range with random access as a data set: a vector, a span, an array, a deque. To train on it,
/// an element is a struct with `input` and `target`. A range with a name is looked at where it is and must outlive the
/// data set; a temporary one is kept in it.
template <class Range>
class RangeData {
 public:
  using Example = std::remove_cvref_t<decltype(*std::begin(std::declval<const std::remove_reference_t<Range>&>()))>;

  explicit RangeData(Range&& range) : range_(std::forward<Range>(range)) {}
  Index size() const { return static_cast<Index>(std::size(range_)); }
  Example example(Index number) const { return std::begin(std::as_const(range_))[number]; }

 private:
  Range range_;  // a reference where the range has a name
};

template <class Range>
RangeData<Range> from_range(Range&& range) {
  return RangeData<Range>(std::forward<Range>(range));
}

}  // namespace transfix::inline TRANSFIX_ABI::data
