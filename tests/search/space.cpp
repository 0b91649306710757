// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>
#include <transfix/search/models.hpp>
#include <transfix/search/report.hpp>
#include <transfix/search/space.hpp>

#include "../support.hpp"

using namespace transfix;
using support::contains;
using support::message_of;

namespace {
struct Small {
  static constexpr int width = 8;
};
struct Large {
  static constexpr int width = 64;
};
const search::Models<Small, Large> models{"small", "large"};
const search::Space space{search::linear("dropout", 0.2, 0.6), search::logarithmic("rate", 1e-4, 1e-2),
                          search::whole("warmup", 3, 6), search::choices("batch", {16, 32, 64}), models.dimension()};
}  // namespace

TEST_CASE("space: drawn settings lie in their ranges, evenly or by their logarithms") {
  constexpr int trials = 4000;
  double low_dropout = 0, low_rate = 0;
  std::map<Index, int> warmups, batches;
  std::map<std::string, int> names;
  for (Index trial = 0; trial < trials; ++trial) {
    const auto setting = space.drawn(1, trial);
    const double dropout = setting.get<double>("dropout"), rate = setting.get<double>("rate");
    REQUIRE((0.2 <= dropout && dropout <= 0.6));
    REQUIRE((1e-4 <= rate && rate <= 1e-2));
    low_dropout += dropout < 0.4;
    low_rate += rate < 1e-3;
    ++warmups[setting.get<Index>("warmup")];
    ++batches[setting.get<Index>("batch")];
    ++names[setting.get<std::string>("model")];
  }
  CHECK(std::abs(low_dropout / trials - 0.5) < 0.04);
  CHECK(std::abs(low_rate / trials - 0.5) < 0.04);
  REQUIRE((warmups.size() == 4 && batches.size() == 3 && names.size() == 2));
  for (const auto& [value, count] : warmups) CHECK(std::abs(count / double{trials} - 0.25) < 0.04);
  for (const auto& [value, count] : batches) CHECK(std::abs(count / double{trials} - 1.0 / 3) < 0.04);
  CHECK(space.drawn(1, 7).values == space.drawn(1, 7).values);
  CHECK(space.drawn(1, 7).values != space.drawn(1, 8).values);
  CHECK(space.drawn(1, 7).values != space.drawn(2, 7).values);
}

TEST_CASE("space: numbers of a narrow range differ and stay in it; whole numbers are whole") {
  const search::Space narrow{search::linear("x", 100'000, 100'010), search::logarithmic("rate", 0.9996, 0.9999),
                             search::whole("count", 1'000'000'000'000'000, 1'000'000'000'000'002)};
  std::set<std::string> found;
  for (Index trial = 0; trial < 200; ++trial) {
    const auto setting = narrow.drawn(1, trial);
    const double x = setting.get<double>("x"), rate = setting.get<double>("rate");
    REQUIRE((100'000 <= x && x <= 100'010));
    REQUIRE((0.9996 <= rate && rate <= 0.9999));
    REQUIRE(setting.get<Index>("count") >= 1'000'000'000'000'000);
    found.insert(setting.get<std::string>("x"));
  }
  CHECK(found.size() > 60);
}

TEST_CASE("space: a grid has the ends of ranges and all choices, each combination once") {
  CHECK(space.grid_size(3) == 3 * 3 * 3 * 3 * 2);
  CHECK(space.grid_size(10) == 10 * 10 * 4 * 3 * 2);
  std::set<std::string> seen, rates, warmups;
  for (Index trial = 0; trial < space.grid_size(3); ++trial) {
    const auto setting = space.grid(3, trial);
    CHECK(setting.trial == trial);
    std::string all;
    for (const auto& [name, value] : setting.values) all += name + value + ' ';
    seen.insert(all);
    rates.insert(setting.get<std::string>("rate"));
    warmups.insert(setting.get<std::string>("warmup"));
  }
  CHECK(seen.size() == 162);
  CHECK(rates == std::set<std::string>{"0.0001", "0.001", "0.01"});
  CHECK(warmups == std::set<std::string>{"3", "5", "6"});
  CHECK(space.grid(3, 0).values.front() == std::pair<std::string, std::string>("dropout", "0.2"));
}

TEST_CASE("space: a setting gives numbers and texts, and says what it has") {
  const auto setting = space.grid(2, 0);
  CHECK(setting.get<float>("dropout") == 0.2f);
  CHECK(setting.get<Index>("batch") == 16);
  CHECK(setting.get<std::string>("batch") == "16");
  CHECK(contains(message_of([&] { setting.get<Index>("dropout"); }), "'dropout' is '0.2', which is no whole number"));
  CHECK(contains(message_of([&] { setting.get<double>("model"); }), "'model' is 'small', which is no number"));
  CHECK(contains(message_of([&] { setting.get<double>("momentum"); }),
                 "no setting 'momentum'; the space has dropout, rate, warmup, batch, model"));
}

TEST_CASE("space: ranges and names that make no sense are errors") {
  using namespace search;
  CHECK(contains(message_of([] { linear("x", 2, 1); }), "from 2.0"));
  CHECK(contains(message_of([] { linear("x", NAN, 1); }), "from nan"));
  CHECK(contains(message_of([] { logarithmic("x", 0, 1); }), "above 0"));
  CHECK(contains(message_of([] { choices("x", std::vector<std::string>{}); }), "nothing to choose"));
  CHECK(contains(message_of([] { Space{}; }), "empty"));
  CHECK(contains(message_of([] { Space{linear("x", 1, 2), linear("x", 1, 2)}; }), "'x' twice"));
  CHECK(contains(message_of([] { Space{linear("a,b", 1, 2)}; }), "comma"));
  CHECK(contains(message_of([] { Space{choices("x", {"one", ""})}; }), "a choice"));
}

TEST_CASE("models: a setting's name becomes a type") {
  search::Setting setting{.values = {{"model", "large"}}};
  const auto width = [&]<class Model>() { return Model::width; };
  CHECK(models.with(setting, width) == 64);
  CHECK(models.with("small", width) == 8);
  CHECK(contains(message_of([] { search::Models<Small, Large>("one", "one"); }), "two models are named 'one'"));
  CHECK(contains(message_of([&] { models.with("huge", width); }), "no model 'huge'; there are small, large"));
}

TEST_CASE("table: the best first, columns below each other") {
  std::vector<search::Result> results = {
      {.job = {0, 1}, .setting = {.values = {{"rate", "0.1"}}}, .score = 0.5, .seconds = 1},
      {.job = {1, 1}, .setting = {.values = {{"rate", "0.025"}}}, .error = "no"},
      {.job = {10, 3}, .setting = {.values = {{"rate", "0.2"}}}, .score = 0.4, .seconds = 12.25},
      {.job = {2, 1}, .setting = {.values = {{"rate", "0.3"}}}, .score = 0.75}};
  CHECK(search::table(results) ==
        "   trial  budget   rate   score  seconds\n"
        "1     10       3    0.2  0.4000     12.2\n"
        "2      2       1    0.3  0.7500      0.0\n"
        "3      0       1    0.1  0.5000      1.0\n"
        "4      1       1  0.025  failed      0.0\n");
}

TEST_CASE("space: a setting that is known is drawn first, and the others are as they were") {
  const search::Space unknown{search::linear("dropout", 0, 1), search::choices("batch", {16, 32})};
  const auto known = unknown.starting_with({{"batch", "24"}, {"dropout", "0.5"}});
  CHECK(known.grid_size(2) == unknown.grid_size(2) + 1);
  CHECK(known.grid(2, 0).values == known.drawn(1, 0).values);
  CHECK(known.grid(2, 3).values == unknown.grid(2, 2).values);
  CHECK(known.drawn(1, 0).get<Index>("batch") == 24);
  CHECK(known.drawn(2, 0).get<double>("dropout") == 0.5);
  CHECK(known.drawn(1, 3).values == unknown.drawn(1, 3).values);
  CHECK_THROWS_WITH_AS(unknown.starting_with({{"batch", "16"}}), doctest::Contains("has no 'dropout'"), Error);
  CHECK_THROWS_WITH_AS(unknown.starting_with({{"batch", "16"}, {"dropout", "0"}, {"heads", "2"}}),
                       doctest::Contains("3 values, and the space 2 names"), Error);
  CHECK_THROWS_AS(unknown.starting_with({{"batch", "1,6"}, {"dropout", "0"}}), Error);
}
