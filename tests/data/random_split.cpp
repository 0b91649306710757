// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <limits>
#include <transfix/data/random_split.hpp>

using namespace transfix;
using Parts = std::vector<std::vector<Index>>;

namespace {
// Every number is in one part, and each part is ascending.
void check_partition(const Parts& parts, Index size) {
  std::vector<Index> all;
  for (const auto& part : parts) {
    CHECK(std::is_sorted(part.begin(), part.end()));
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(std::ssize(all) == size);
  for (Index i = 0; i < size; ++i) REQUIRE(all[static_cast<std::size_t>(i)] == i);
}
}  // namespace

TEST_CASE("random split: every example is in one part, and the parts have their shares") {
  const auto parts = data::split_at_random(1000, {0.8, 0.1, 0.1}, 1);
  REQUIRE(parts.size() == 3);
  check_partition(parts, 1000);
  CHECK(parts[0].size() == 800);
  CHECK(parts[1].size() == 100);
  CHECK(parts[2].size() == 100);
  for (Index size = 10; size < 60; ++size) {
    const auto uneven = data::split_at_random(size, {0.55, 0.25, 0.2}, 3);
    check_partition(uneven, size);
    CHECK(std::abs(static_cast<double>(uneven[0].size()) - 0.55 * static_cast<double>(size)) <= 1);
  }
}

TEST_CASE("random split: the seed decides, and nothing else") {
  CHECK(data::split_at_random(100, {0.5, 0.5}, 1) == data::split_at_random(100, {0.5, 0.5}, 1));
  CHECK(data::split_at_random(100, {0.5, 0.5}, 1) != data::split_at_random(100, {0.5, 0.5}, 2));
  // These very numbers, on every machine and in every version.
  CHECK(data::split_at_random(8, {0.5, 0.5}, 1) == Parts{{2, 3, 4, 5}, {0, 1, 6, 7}});
}

TEST_CASE("random split: each example is as likely in a part as its share") {
  std::vector<int> in_second(20);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto parts = data::split_at_random(20, {0.75, 0.25}, seed);
    for (const Index number : parts[1]) ++in_second[static_cast<std::size_t>(number)];
  }
  for (const int count : in_second) CHECK(std::abs(count - 500) < 100);  // five standard deviations
}

TEST_CASE("stratified split: each class has its share in each part") {
  std::vector<Token> labels;
  for (Index i = 0; i < 2000; ++i) labels.push_back(i % 20 == 0 ? 2 : i % 3 == 0 ? 0 : 1);
  const std::vector<double> shares = {0.7, 0.2, 0.1};
  const auto parts = data::stratified_split(labels, shares, 5);
  check_partition(parts, 2000);
  for (std::size_t part = 0; part < 3; ++part) {
    CHECK(static_cast<double>(parts[part].size()) == doctest::Approx(2000 * shares[part]));
    for (const Token label : {0, 1, 2}) {
      const auto in_whole = static_cast<double>(std::count(labels.begin(), labels.end(), label));
      const auto in_part = std::count_if(parts[part].begin(), parts[part].end(), [&](Index number) {
        return labels[static_cast<std::size_t>(number)] == label;
      });
      CHECK(std::abs(static_cast<double>(in_part) - shares[part] * in_whole) < 2);
    }
  }
  CHECK(parts == data::stratified_split(labels, shares, 5));
  CHECK(parts != data::stratified_split(labels, shares, 6));
}

TEST_CASE("random split: impossible shares and empty parts are refused") {
  CHECK_THROWS_WITH_AS(data::split_at_random(10, {0.5, 0.4}, 1),
                       doctest::Contains("the shares add up to 0.900000 and not to 1"), Error);
  CHECK_THROWS_AS(data::split_at_random(10, {}, 1), Error);
  CHECK_THROWS_AS(data::split_at_random(10, {1.5, -0.5}, 1), Error);
  CHECK_THROWS_AS(data::split_at_random(10, {1.0, 0.0}, 1), Error);
  CHECK_THROWS_AS(data::split_at_random(10, {std::numeric_limits<double>::quiet_NaN(), 1.0}, 1), Error);
  CHECK_THROWS_WITH(data::split_at_random(3, {0.9, 0.05, 0.05}, 1), doctest::Contains("leave one of 3 parts empty"));
  CHECK_THROWS_AS(data::split_at_random(0, {0.5, 0.5}, 1), Error);
  CHECK_THROWS_AS(data::split_at_random(-1, {0.5, 0.5}, 1), Error);
  CHECK(data::split_at_random(3, {1.0}, 1) == Parts{{0, 1, 2}});
}
