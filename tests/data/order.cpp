// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <transfix/data/batches.hpp>
#include <transfix/data/length_order.hpp>
#include <transfix/data/order.hpp>

using namespace transfix;
using data::Batches;
using data::LastBatch;
using data::LengthOrder;
using data::Permutation;
using data::ShuffledOrder;

namespace {
std::vector<Index> all_of(const auto& order, Index epoch) {
  std::vector<Index> numbers;
  for (Index position = 0; position < order.size(); ++position) numbers.push_back(order(epoch, position));
  return numbers;
}

bool each_once(std::vector<Index> numbers, Index size) {
  std::sort(numbers.begin(), numbers.end());
  bool found = std::ssize(numbers) == size;
  for (Index i = 0; found && i < size; ++i) found = numbers[static_cast<std::size_t>(i)] == i;
  return found;
}

std::vector<Index> random_lengths(std::size_t count) {
  Random random(11);
  std::vector<Index> lengths(count);
  for (Index& length : lengths) length = 1 + random.below(200);
  return lengths;
}
}  // namespace

TEST_CASE("permutation: each number is at one position, for every size") {
  for (Index size = 1; size < 300; ++size) {
    const Permutation permutation(size, 3, 5);
    std::vector<Index> numbers;
    for (Index position = 0; position < size; ++position) numbers.push_back(permutation(position));
    REQUIRE(each_once(numbers, size));
  }
  static_assert(Permutation(1, 2, 3)(0) == 0);
  const Permutation million(1'000'003, 1, 0);
  std::vector<bool> seen(1'000'003);
  for (Index position = 0; position < million.size(); ++position) {
    seen[static_cast<std::size_t>(million(position))] = true;
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == million.size());
}

TEST_CASE("permutation: as large as numbers go") {
  for (const Index size : {(Index{1} << 32) - 1, (Index{1} << 32) + 1, std::numeric_limits<Index>::max()}) {
    const Permutation permutation(size, 1, 2);
    for (const Index position : {Index{0}, Index{1}, size / 2, size - 1}) {
      const Index number = permutation(position);
      CHECK((0 <= number && number < size));
      CHECK(number != permutation(position == 0 ? 1 : position - 1));
    }
  }
}

TEST_CASE("permutation: all orders of a few numbers are equally likely") {
  for (const Index size : {2, 3, 4, 5}) {
    std::map<std::vector<Index>, int> counts;
    int orders = 1;
    for (int i = 2; i <= size; ++i) orders *= i;
    const int trials = 200 * orders;
    for (int seed = 0; seed < trials; ++seed) {
      std::vector<Index> order;
      const Permutation permutation(size, static_cast<std::uint64_t>(seed), 9);
      for (Index position = 0; position < size; ++position) order.push_back(permutation(position));
      ++counts[order];
    }
    CHECK(std::ssize(counts) == orders);
    double chi_square = 0;
    for (const auto& [order, count] : counts) chi_square += (count - 200.0) * (count - 200.0) / 200.0;
    CAPTURE(size);
    CHECK(chi_square < orders - 1 + 5 * std::sqrt(2.0 * orders));  // five standard deviations
  }
}

TEST_CASE("permutation: any two positions of a large order look independent") {
  constexpr Index size = 100;
  std::vector<int> counts(static_cast<std::size_t>(size * size));  // where positions 3 and 4 go
  constexpr int trials = 99'000;
  for (int stream = 0; stream < trials; ++stream) {
    const Permutation permutation(size, 1, static_cast<std::uint64_t>(stream));
    ++counts[static_cast<std::size_t>(permutation(3) * size + permutation(4))];
  }
  double chi_square = 0;
  for (Index first = 0; first < size; ++first) {
    for (Index second = 0; second < size; ++second) {
      const double count = counts[static_cast<std::size_t>(first * size + second)];
      if (first == second) REQUIRE(count == 0);
      if (first != second) chi_square += (count - 10) * (count - 10) / 10;
    }
  }
  CHECK(std::abs(chi_square - 9899) < 5 * std::sqrt(2 * 9899.0));
}

TEST_CASE("shuffled order: each epoch has every example once, in an order of its own") {
  const ShuffledOrder order(1000, 1);
  for (Index epoch = 0; epoch < 5; ++epoch) CHECK(each_once(all_of(order, epoch), 1000));
  CHECK(all_of(order, 0) == all_of(ShuffledOrder(1000, 1), 0));
  CHECK(all_of(order, 0) != all_of(order, 1));
  CHECK(all_of(order, 0) != all_of(ShuffledOrder(1000, 2), 0));
  // These very numbers, on every machine and in every version.
  CHECK(all_of(ShuffledOrder(8, 1), 0) == std::vector<Index>{0, 6, 7, 1, 5, 4, 2, 3});
  CHECK_THROWS_AS(order(0, 1000), Error);
  CHECK_THROWS_AS(order(0, -1), Error);
  CHECK_THROWS_AS(ShuffledOrder(0, 1), Error);
}

TEST_CASE("length order: each epoch has every example once, in an order of its own") {
  for (const std::size_t count : {1u, 3u, 31u, 32u, 33u, 64u, 100u, 1000u}) {
    CAPTURE(count);
    const auto lengths = random_lengths(count);
    const LengthOrder order(lengths, {.batch = 32, .batches_in_bucket = 3, .seed = 4});
    for (Index epoch = 0; epoch < 20; ++epoch) CHECK(each_once(all_of(order, epoch), static_cast<Index>(count)));
    CHECK(all_of(order, 3) == all_of(LengthOrder(lengths, {.batch = 32, .batches_in_bucket = 3, .seed = 4}), 3));
  }
  const auto lengths = random_lengths(1000);
  const LengthOrder order(lengths, {.batch = 10});
  CHECK(all_of(order, 0) != all_of(order, 1));
  CHECK(all_of(order, 0) != all_of(LengthOrder(lengths, {.batch = 10, .seed = 2}), 0));
  CHECK_THROWS_AS(order(0, 1000), Error);
  CHECK_THROWS_AS(order(0, -1), Error);
  CHECK_THROWS_AS(LengthOrder(std::vector<Index>{}, {}), Error);
  CHECK_THROWS_AS(LengthOrder(lengths, {.batch = 0}), Error);
  CHECK_THROWS_AS(LengthOrder(lengths, {.batch = 1, .batches_in_bucket = 0}), Error);
}

TEST_CASE("length order: the examples of a batch have similar lengths, and batches come mixed") {
  const auto lengths = random_lengths(10'000);
  // Padding to the longest of a batch of 25: the wasted share of all positions.
  const auto waste = [&](const auto& order) {
    const Batches batches(order, 25);
    double padded = 0, used = 0;
    for (Index number = 0; number < batches.size(); ++number) {
      Index longest = 0;
      for (const Index example : batches.batch(0, number)) {
        longest = std::max(longest, lengths[static_cast<std::size_t>(example)]);
        used += static_cast<double>(lengths[static_cast<std::size_t>(example)]);
      }
      padded += 25 * static_cast<double>(longest);
    }
    return 1 - used / padded;
  };
  CHECK(waste(ShuffledOrder(10'000, 1)) > 0.4);
  CHECK(waste(LengthOrder(lengths, {.batch = 25})) < 0.05);
  CHECK(waste(LengthOrder(lengths, {.batch = 25, .batches_in_bucket = 1})) < 0.01);

  const LengthOrder order(lengths, {.batch = 25});
  const Batches batches(order, 25);
  double first_half = 0, second_half = 0;
  for (Index number = 0; number < batches.size(); ++number) {
    const auto length = static_cast<double>(lengths[static_cast<std::size_t>(batches.batch(0, number)[0])]);
    (number < batches.size() / 2 ? first_half : second_half) += length / static_cast<double>(batches.size() / 2);
  }
  CHECK(std::abs(first_half - second_half) < 5 * 58 * std::sqrt(2.0 / 200));  // five standard deviations
}

TEST_CASE("length order: what a dropped last batch leaves out is of other lengths in every epoch") {
  std::vector<Index> lengths(103);
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = static_cast<Index>(i);
  const LengthOrder order(lengths, {.batch = 10, .batches_in_bucket = 1});
  double sum = 0;
  for (Index epoch = 0; epoch < 1000; ++epoch) sum += static_cast<double>(order(epoch, 101)) / 1000;
  CHECK(std::abs(sum - 51) < 6);
}

TEST_CASE("batches: the last one is kept or dropped") {
  const ShuffledOrder order(10, 1);
  const Batches kept(order, 4);
  const Batches dropped(order, 4, LastBatch::drop);
  CHECK(kept.size() == 3);
  CHECK(dropped.size() == 2);
  CHECK(kept.batch(0, 2).size() == 2);
  CHECK(kept.batch(0, 1) == dropped.batch(0, 1));
  CHECK(Batches(order, 5).size() == 2);
  CHECK(Batches(order, 5, LastBatch::drop).size() == 2);
  CHECK_THROWS_AS(dropped.batch(0, 2), Error);
  CHECK_THROWS_AS(kept.batch(0, -1), Error);
  CHECK_THROWS_AS(Batches(order, 0), Error);
  CHECK_THROWS_WITH(Batches(order, 11, LastBatch::drop), doctest::Contains("only 10 examples, not one batch of 11"));
  constexpr Index all = std::numeric_limits<Index>::max();
  CHECK(each_once(Batches(order, all).batch(0, 0), 10));
  CHECK(each_once(all_of(LengthOrder(std::vector<Index>(10), {.batch = 3, .batches_in_bucket = all}), 0), 10));
  CHECK(each_once(Batches(LengthOrder(std::vector<Index>(10), {.batch = all}), all).batch(0, 0), 10));
  CHECK_THROWS_WITH(Batches(LengthOrder(std::vector<Index>(10), {.batch = 3}), 4),
                    doctest::Contains("give both the same"));
}

TEST_CASE("batches: a training goes on from the number of its step") {
  const Batches batches(ShuffledOrder(10, 1), 4);
  const Batches again(ShuffledOrder(10, 1), 4);
  std::vector<Index> epoch;
  for (Index step = 6; step < 9; ++step) {
    CHECK(batches.at_step(step) == batches.batch(2, step - 6));
    CHECK(batches.at_step(step) == again.at_step(step));
    for (const Index example : batches.at_step(step)) epoch.push_back(example);
  }
  CHECK(each_once(epoch, 10));
}
