// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <thread>
#include <transfix/search/results_file.hpp>

// Searches for good settings:
//   const auto found = search::run(space, search::Halving{.trials = 18, .least = 1, .most = 9}, trial,
//                                  {.results = "search.csv", .model = "best.safetensors"}, search::ShowProgress());
//   std::cout << search::table(found.results);

namespace transfix::inline TRANSFIX_ABI::search {

struct Options {
  std::filesystem::path results = {};  ///< CSV file; a search goes on from what it holds
  std::filesystem::path model = {};    ///< takes the best trial's model, where the trials save theirs
  std::uint64_t seed = 1337;           ///< decides which settings are drawn
  Index workers = 1;                   ///< jobs at a time, each in a thread of its own
};

/// All results of a search, in the order of its jobs, and the best of them.
struct Found {
  std::vector<Result> results;
  Result best;
};

namespace detail {
/// Keeps one file of all those that trials save: that of the best result so far.
class BestFile {
 public:
  explicit BestFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Where a job saves its model.
  std::filesystem::path of(const Job& job) const {
    if (path_.empty()) return {};
    auto file = path_;
    file += ".trial" + std::to_string(job.trial) + "_" + std::to_string(job.budget);
    return file;
  }
  void check(const Job& job) const {
    if (path_.empty() || std::filesystem::exists(of(job))) return;
    fail("the trial has saved no model; save it to ", of(job).string(),
         ", which is setting.file, or search without .model");
  }
  void add(const Result& result) {
    if (path_.empty()) return;
    const bool is_best = !result.failed() && (best_.failed() || better(result, best_));
    std::filesystem::remove(of(is_best ? best_.job : result.job));
    if (is_best) best_ = result;
  }
  /// Gives the best model its name.
  void finish() const {
    if (path_.empty()) return;
    if (std::filesystem::exists(of(best_.job))) {
      std::filesystem::rename(of(best_.job), path_);
    } else if (!std::filesystem::exists(path_)) {
      fail(path_.string(), ": the best model is gone; remove its line from the results, and it is trained again");
    }
  }

 private:
  std::filesystem::path path_;
  Result best_;
};

/// What a search asks of its parts.
struct Plan {
  std::function<Next(std::span<const Result> issued, Index finished)> next;
  std::function<Setting(Index trial)> setting;
  std::function<double(const Setting&, Index budget)> trial;
  std::function<void(const Result&)> observer;
};

/// A search at work: workers take jobs from the strategy and bring back results.
class Run {
 public:
  Run(Plan plan, const Space& space, const Options& options)
      : plan_(std::move(plan)), workers_(options.workers), file_(options.results, space), best_(options.model) {}

  std::vector<Result> finish() {
    {
      std::vector<std::jthread> workers;
      for (Index worker = 1; worker < workers_; ++worker) workers.emplace_back([this] { work(); });
      work();
    }
    if (problem_) std::rethrow_exception(problem_);
    if (std::all_of(issued_.begin(), issued_.end(), [](const Result& result) { return result.failed(); })) {
      fail("every trial of the search has failed, the first one with: ", issued_.front().error);
    }
    best_.finish();
    return std::move(issued_);
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    try {
      while (!problem_) {
        const Next next = plan_.next(issued_, finished());
        if (next.job) {
          run(*next.job, lock);
        } else if (next.waits) {
          changed_.wait(lock);
        } else {
          return;
        }
      }
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      if (!problem_) problem_ = std::current_exception();
      changed_.notify_all();
    }
  }

  // How many of the first jobs are done.
  Index finished() const {
    Index count = 0;
    while (done_.contains(count)) ++count;
    return count;
  }

  void run(const Job& job, std::unique_lock<std::mutex>& lock) {
    const Index number = std::ssize(issued_);
    Result result{.job = job, .setting = plan_.setting(job.trial)};
    result.setting.file = best_.of(job);
    issued_.push_back(result);
    if (const auto known = file_.find(number, job, result.setting)) {
      result = *known;
    } else {
      lock.unlock();
      measure(result);
      lock.lock();
      file_.add(number, result);
    }
    issued_[static_cast<std::size_t>(number)] = result;
    done_.insert(number);
    best_.add(result);
    plan_.observer(result);
    changed_.notify_all();
  }

  // A trial that fails, since it does not converge for instance, is a bad result and not the end of the search.
  void measure(Result& result) {
    const auto start = std::chrono::steady_clock::now();
    try {
      result.score = plan_.trial(result.setting, result.job.budget);
      if (std::isnan(result.score)) result.error = "the score is not a number";
      if (!result.failed()) best_.check(result.job);
    } catch (const Error& error) {
      result.score = NAN;
      result.error = error.what();
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  Plan plan_;
  Index workers_;
  ResultsFile file_;
  BestFile best_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Result> issued_;
  std::set<Index> done_;
  std::exception_ptr problem_;
};
}  // namespace detail

/// Runs trials, `double trial(const Setting&, Index budget)`, the score, the more the better, on the settings of a
/// space that a strategy chooses: Grid, Drawn, Halving, AsynchronousHalving or one of one's own (search/result.hpp).
/// Trials that depend on nothing but their setting and budget give the same winner for equal seeds, whatever the number
/// of workers, and also where the search was killed and goes on from its results file: a job that is in the file is not
/// run again. The observer is told each result, one at a time. Where `.model` is given, each trial saves its model to
/// setting.file, and the best one gets that name.
///
/// A trial that fails with an Error is noted with it and takes part no more; remove its line from the file to try it
/// again. Other exceptions end the search. Fails where no trial succeeds, and where the file is of another search.
template <class Strategy, class Trial, class Observer>
Found run(const Space& space, const Strategy& strategy, Trial&& trial, const Options& options, Observer&& observer) {
  strategy.check(space);
  if (options.workers < 1) fail("search: .workers = ", options.workers, " must be 1 or more");
  if (!options.model.empty()) io::check_writable(options.model);
  const detail::Plan plan{
      .next = [&](std::span<const Result> issued, Index finished) { return strategy.next(space, issued, finished); },
      .setting = [&](Index number) { return strategy.setting(space, options.seed, number); },
      .trial = std::ref(trial),
      .observer = std::ref(observer)};
  Found found{.results = detail::Run(plan, space, options).finish(), .best = {}};
  found.best = *std::min_element(found.results.begin(), found.results.end(), better);
  return found;
}
template <class Strategy, class Trial>
Found run(const Space& space, const Strategy& strategy, Trial&& trial, const Options& options = {}) {
  return run(space, strategy, trial, options, [](const Result&) {});
}

}  // namespace transfix::inline TRANSFIX_ABI::search
