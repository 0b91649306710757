// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <map>
#include <thread>
#include <transfix/search/halving.hpp>
#include <transfix/search/plain_strategies.hpp>
#include <transfix/search/report.hpp>
#include <transfix/search/search.hpp>

#include "../data/files.hpp"
#include "../support.hpp"

using namespace transfix;
using search::Job;
using search::Result;
using search::Setting;
using support::contains;
using support::message_of;

namespace {
const search::Space space{search::logarithmic("rate", 1e-4, 1e-1), search::choices("kind", {"a", "b"})};

/// The nearer the rate is to 0.01 and the more is spent, the better; b is better than a.
double score_of(const Setting& setting, Index budget) {
  const double distance = std::abs(std::log10(setting.get<double>("rate")) + 2);
  return -distance / std::sqrt(static_cast<double>(budget)) + (setting.get<std::string>("kind") == "b" ? 0.3 : 0.0);
}

/// A trial that notes what it was called with.
struct Noted {
  std::vector<Job> jobs;
  double operator()(const Setting& setting, Index budget) {
    jobs.push_back({setting.trial, budget});
    return score_of(setting, budget);
  }
};

std::map<Index, int> count_of_budgets(const std::vector<Result>& results) {
  std::map<Index, int> counts;
  for (const auto& result : results) ++counts[result.job.budget];
  return counts;
}

bool same(const std::vector<Result>& a, const std::vector<Result>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Result& x, const Result& y) {
    return x.job == y.job && x.setting.values == y.setting.values && x.score == y.score;
  });
}
}  // namespace

TEST_CASE("search: a grid tries every combination once, and finds the best") {
  Noted trial;
  const auto found = search::run(space, search::Grid{.points = 4, .budget = 2}, trial);
  REQUIRE(found.results.size() == 8);
  CHECK(trial.jobs.size() == 8);
  CHECK(found.best.setting.get<std::string>("rate") == "0.01");
  CHECK(found.best.setting.get<std::string>("kind") == "b");
  CHECK(found.best.score == 0.3);
  CHECK(found.best.job.budget == 2);
}

TEST_CASE("search: settings drawn at random are decided by the seed, and more of them go on where fewer ended") {
  const auto run = [](Index trials, std::uint64_t seed) {
    return search::run(space, search::Drawn{.trials = trials}, score_of, {.seed = seed}).results;
  };
  const auto few = run(5, 1), many = run(12, 1);
  CHECK(many.size() == 12);
  CHECK(same(few, {many.begin(), many.begin() + 5}));
  CHECK(!same(few, run(5, 2)));
}

TEST_CASE("search: halving gives the best of each rung the next budget") {
  Noted trial;
  const search::Halving strategy{.trials = 18, .least = 1, .most = 9, .reduction = 3};
  const auto found = search::run(space, strategy, trial);
  CHECK(count_of_budgets(found.results) == std::map<Index, int>{{1, 18}, {3, 6}, {9, 2}});
  // By hand: sort a rung and take the first third.
  std::vector<Result> rung(found.results.begin(), found.results.begin() + 18);
  for (const Index budget : {3, 9}) {
    std::sort(rung.begin(), rung.end(), [](const Result& a, const Result& b) { return a.score > b.score; });
    rung.resize(rung.size() / 3);
    for (Result& result : rung) {
      const auto next = std::find_if(found.results.begin(), found.results.end(), [&](const Result& other) {
        return other.job == Job{result.job.trial, budget};
      });
      REQUIRE(next != found.results.end());
      CHECK(next->setting.values == result.setting.values);
      result = *next;
    }
  }
  CHECK(found.best.job.budget == 9);
  CHECK(found.best.score == std::max(rung[0].score, rung[1].score));
}

TEST_CASE("search: asynchronous halving spends little on bad settings and never promotes one twice") {
  for (const Index behind : {0, 1, 3}) {
    Noted trial;
    const search::AsynchronousHalving strategy{.trials = 27, .least = 1, .most = 9, .reduction = 3, .behind = behind};
    const auto found = search::run(space, strategy, trial);
    const auto counts = count_of_budgets(found.results);
    CHECK(counts.at(1) == 27);
    CHECK((9 <= counts.at(3) && counts.at(3) <= 18));
    CHECK((3 <= counts.at(9) && counts.at(9) <= 9));
    auto jobs = trial.jobs;
    const auto order = [](const Job& a, const Job& b) {
      return std::pair(a.trial, a.budget) < std::pair(b.trial, b.budget);
    };
    std::sort(jobs.begin(), jobs.end(), order);
    CHECK(std::adjacent_find(jobs.begin(), jobs.end()) == jobs.end());
    // The best third of all trials has gone on in the end.
    std::vector<Result> first;
    for (const auto& result : found.results) {
      if (result.job.budget == 1) first.push_back(result);
    }
    std::sort(first.begin(), first.end(), search::better);
    for (std::size_t i = 0; i < 9; ++i) {
      CHECK(std::binary_search(jobs.begin(), jobs.end(), Job{first[i].job.trial, 3}, order));
    }
  }
}

TEST_CASE("search: several workers find what one finds, job by job") {
  std::atomic<int> running = 0, most = 0;
  const auto slow = [&](const Setting& setting, Index budget) {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    const double score = score_of(setting, budget);  // the best ones come last
    std::this_thread::sleep_for(std::chrono::milliseconds(static_cast<int>(std::max(0.0, 2 * score + 4))));
    --running;
    return score;
  };
  const search::Halving halving{.trials = 13, .least = 1, .most = 9, .reduction = 3};
  const search::AsynchronousHalving ahead{.trials = 13, .behind = 3};
  for (const std::uint64_t seed : {1ul, 2ul, 3ul}) {
    const auto check = [&](const auto& strategy) {
      CHECK(same(search::run(space, strategy, slow, {.seed = seed, .workers = 4}).results,
                 search::run(space, strategy, score_of, {.seed = seed}).results));
    };
    check(halving);
    check(ahead);
  }
  CHECK(most > 1);
  CHECK(most <= 4);
}

TEST_CASE("search: one that was killed goes on from its file, to the same results, and runs no job twice") {
  const Folder folder;
  const search::Halving strategy{.trials = 9, .least = 1, .most = 9, .reduction = 3};
  const auto whole = search::run(space, strategy, score_of);
  for (const int stop : {0, 5, 12}) {
    const search::Options options{.results = folder.path / ("killed" + std::to_string(stop))};
    int left = stop;
    const auto dies = [&](const Setting& setting, Index budget) {
      if (left-- == 0) throw std::runtime_error("killed");
      return score_of(setting, budget);
    };
    CHECK_THROWS_AS(search::run(space, strategy, dies, options), std::runtime_error);
    Noted rest;
    const auto resumed = search::run(space, strategy, rest, options);
    CHECK(static_cast<int>(rest.jobs.size()) == 13 - stop);
    CHECK(same(resumed.results, whole.results));
    CHECK(resumed.best.job == whole.best.job);
    Noted none;
    CHECK(same(search::run(space, strategy, none, options).results, whole.results));
    CHECK(none.jobs.empty());
  }
}

TEST_CASE("search: a row of the file for each job, as soon as it is done, and no row is lost by going on") {
  const Folder folder;
  const search::Options options{.results = folder.path / "search.csv"};
  Index done = 0;
  const auto rows = [&] { return std::ssize(data::read_table(options.results).rows); };
  const auto check = [&](const Result&) { CHECK(rows() == ++done); };
  search::run(space, search::Drawn{.trials = 4}, score_of, options, check);
  const auto table = data::read_table(options.results);
  CHECK(table.names == std::vector<std::string>{"job", "trial", "budget", "rate", "kind", "score", "seconds", "error"});
  CHECK(table.field(2, "trial") == "2");
  // While a search goes on, all rows stay in the file.
  const auto all = [&](const Result&) { CHECK(rows() >= 4); };
  search::run(space, search::Drawn{.trials = 6}, score_of, options, all);
  CHECK(rows() == 6);
  search::run(space, search::Drawn{.trials = 2}, score_of, options, all);
  CHECK(rows() == 6);
}

TEST_CASE("search: the best model is kept, and no other, whole or resumed") {
  const Folder folder;
  const search::Options options{.results = folder.path / "search.csv", .model = folder.path / "best.model"};
  const search::Halving strategy{.trials = 9, .least = 1, .most = 9, .reduction = 3};
  const auto text_of = [](const Setting& setting, Index budget) {
    return std::to_string(setting.trial) + " " + std::to_string(budget);
  };
  int left = 7;
  const auto saves = [&](const Setting& setting, Index budget) {
    if (left-- == 0) throw std::runtime_error("killed");
    folder.file(setting.file.filename(), text_of(setting, budget));
    return score_of(setting, budget);
  };
  const auto files = [&] { return std::distance(std::filesystem::directory_iterator(folder.path), {}); };
  CHECK_THROWS_AS(search::run(space, strategy, saves, options), std::runtime_error);
  CHECK(files() == 2);  // the results and the best model so far
  const auto found = search::run(space, strategy, saves, options);
  CHECK(io::read_bytes(options.model) == text_of(found.best.setting, found.best.job.budget));
  CHECK(files() == 2);
  search::run(space, strategy, saves, options);  // all is done
  CHECK(files() == 2);
  std::filesystem::remove(options.model);
  CHECK(contains(message_of([&] { search::run(space, strategy, saves, options); }), "the best model is gone"));
  CHECK(contains(message_of([&] { search::run(space, strategy, score_of, {.model = options.model}); }),
                 "the trial has saved no model"));
}

TEST_CASE("search: a trial that fails is noted and goes no further; where all fail the search does") {
  const Folder folder;
  const search::Options options{.results = folder.path / "search.csv"};
  const auto trial = [](const Setting& setting, Index budget) -> double {
    if (setting.get<std::string>("kind") == "b") fail("b, say \"never\",\nis no good");
    return setting.trial == 0 ? NAN : score_of(setting, budget);
  };
  const search::Halving strategy{.trials = 6, .least = 1, .most = 4, .reduction = 2};
  const auto found = search::run(space, strategy, trial, options);
  CHECK(found.best.setting.get<std::string>("kind") == "a");
  for (const auto& result : found.results) {
    CHECK((result.job.budget == 1 || !result.failed()));
    if (result.setting.get<std::string>("kind") == "b") CHECK(result.error == "b, say \"never\",\nis no good");
  }
  CHECK(contains(search::table(found.results), "failed"));
  CHECK(same(search::run(space, strategy, trial, options).results, found.results) == false);  // NaN is not NaN
  Noted rest;
  CHECK(search::run(space, strategy, rest, options).best.job == found.best.job);
  CHECK(rest.jobs.empty());
  const auto never = [](const Setting&, Index) -> double { fail("no"); };
  CHECK(contains(message_of([&] { search::run(space, strategy, never); }),
                 "every trial of the search has failed, the first one with: no"));
}

TEST_CASE("search: a file of another search is refused and stays as it was") {
  const Folder folder;
  const search::Options options{.results = folder.path / "search.csv", .seed = 1};
  search::run(space, search::Drawn{.trials = 4}, score_of, options);
  const auto before = io::read_bytes(options.results);
  const auto refused = [&](const search::Space& other, const auto& strategy, std::uint64_t seed) {
    auto changed = options;
    changed.seed = seed;
    return message_of([&] { search::run(other, strategy, score_of, changed); });
  };
  CHECK(contains(refused(space, search::Drawn{.trials = 4}, 2), "job 0 was trial 0 with budget 1, rate"));
  CHECK(contains(refused(space, search::Drawn{.trials = 4, .budget = 2}, 1), "this search has trial 0 with budget 2"));
  const search::Space wider{search::logarithmic("rate", 1e-4, 1e-1), search::choices("sort", {"a", "b"})};
  CHECK(contains(refused(wider, search::Drawn{}, 1), "search.csv:1: the columns are job,trial,budget,rate,kind"));
  CHECK(io::read_bytes(options.results) == before);
  folder.file("search.csv", "job,trial,budget,rate,kind,score,seconds,error\n0,0,one,0.1,a,1,1,\n");
  CHECK(contains(refused(space, search::Drawn{}, 1), "search.csv:2: here stands 'one' in place of a number"));
}

TEST_CASE("search: strategies and options that make no sense are errors") {
  const auto refused = [](const auto& strategy, search::Options options = {}) {
    return message_of([&] { search::run(space, strategy, score_of, options); });
  };
  CHECK(contains(refused(search::Halving{.trials = 0}), ".trials = 0"));
  CHECK(contains(refused(search::Halving{.least = 4, .most = 3}), ".most = 3"));
  CHECK(contains(refused(search::Halving{.reduction = 1}), ".reduction = 1"));
  CHECK(contains(refused(search::AsynchronousHalving{.trials = 2}), "of .trials = 2 none goes on"));
  CHECK(contains(refused(search::AsynchronousHalving{.behind = -1}), ".behind = -1"));
  CHECK(contains(refused(search::Grid{.points = 0}), ".points"));
  CHECK(contains(refused(search::Grid{.points = 1000000}), "2000000 settings"));
  CHECK(contains(refused(search::Drawn{.trials = 0}), ".trials"));
  CHECK(contains(refused(search::Drawn{}, {.workers = 0}), ".workers = 0"));
  CHECK(contains(refused(search::Drawn{}, {.results = "no/such/folder/file"}), "cannot create a file"));
}
