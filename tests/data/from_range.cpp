// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <span>
#include <transfix/core/tokens.hpp>
#include <transfix/data/example.hpp>
#include <transfix/data/from_range.hpp>
#include <transfix/data/subset.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/train/concepts.hpp>

using namespace transfix;
using Example = data::Example<int, int>;

namespace {
template <class Data>
concept HasLargestToken = requires(const Data& data) {
  data.largest_token();
};
}  // namespace

TEST_CASE("from range: the elements are the examples") {
  std::vector<Example> vector = {{1, 10}, {2, 20}};
  const auto of_vector = data::from_range(vector);
  static_assert(DataSet<decltype(of_vector)>);
  static_assert(std::is_same_v<decltype(of_vector)::Example, Example>);
  CHECK(of_vector.size() == 2);
  CHECK(of_vector.example(1).target == 20);
  vector.push_back({3, 30});  // looked at where it is
  CHECK(of_vector.size() == 3);
  CHECK(data::from_range(std::span(vector).first(2)).size() == 2);
  CHECK(data::from_range(std::deque<Example>{{1, 2}, {3, 4}}).example(1).input == 3);
  const Example array[] = {{7, 8}};
  CHECK(data::from_range(array).example(0).target == 8);
}

TEST_CASE("from range: a temporary range is kept in the data set") {
  auto kept = data::from_range(std::vector<Example>{{1, 2}, {3, 4}});
  const auto moved = std::move(kept);
  CHECK(moved.size() == 2);
  CHECK(moved.example(1).target == 4);
}

TEST_CASE("from functions: a size and a function that makes examples") {
  const auto squares = data::from_functions(5, [](Index number) {
    return Example{static_cast<int>(number), static_cast<int>(number * number)};
  });
  static_assert(DataSet<decltype(squares)>);
  CHECK(squares.size() == 5);
  CHECK(squares.example(4).target == 16);
  CHECK_THROWS_AS(data::from_functions(-1, [](Index number) { return number; }), Error);
}

TEST_CASE("subset: the examples of a list, in its order") {
  const std::vector<Token> text = {5, 6, 7, 8, 9, 10};
  const auto windows = data::next_token_windows<2>(text);
  const data::Subset subset(windows, {3, 0});
  static_assert(DataSet<decltype(subset)> && HasLargestToken<decltype(subset)>);
  CHECK(subset.size() == 2);
  CHECK(subset.example(0).input[0] == 8);
  CHECK(subset.example(1).input[0] == 5);
  CHECK(subset.number_in_whole(0) == 3);
  CHECK(subset.largest_token() == 10);
  const data::Subset of_subset(subset, {1});
  CHECK(of_subset.example(0).input[0] == 5);
}

namespace {
template <class Data, class Model>
concept Measures = requires(const Data& data, const Model& model) {
  data.measure(model);
};

/// Measures a model, a number here, by the share of the examples that are smaller.
struct Measured {
  using Example = data::Example<int, int>;
  Index size() const { return 10; }
  Example example(Index number) const { return {static_cast<int>(number), 0}; }
  double measure(int model, const auto& data) const {
    Index smaller = 0;
    for (Index number = 0; number < data.size(); ++number) smaller += data.example(number).input < model;
    return static_cast<double>(smaller) / static_cast<double>(data.size());
  }
};
}  // namespace

TEST_CASE("subset: it measures a model on its own examples, as its data set would") {
  const Measured all;
  const data::Subset subset(all, {1, 3, 8, 9});
  CHECK(subset.measure(5) == 0.5);
  CHECK(data::Subset(subset, {0, 1}).measure(5) == 1);
  const auto numbers = data::from_functions(3, [](Index number) { return number; });
  const data::Subset plain(numbers, {0});
  static_assert(Measures<decltype(subset), int> && !Measures<decltype(plain), int>);
}

TEST_CASE("subset: numbers outside the data set are refused") {
  const auto numbers = data::from_functions(3, [](Index number) { return number; });
  CHECK_THROWS_WITH_AS(data::Subset(numbers, {0, 3}),
                       doctest::Contains("a subset has the example 3, but its data set has only 3"), Error);
  CHECK_THROWS_AS(data::Subset(numbers, {-1}), Error);
  const data::Subset none(numbers, {});
  CHECK(none.size() == 0);
  static_assert(!HasLargestToken<decltype(none)>);
}
