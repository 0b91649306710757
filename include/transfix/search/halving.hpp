// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <span>
#include <transfix/search/result.hpp>
#include <transfix/search/space.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

namespace detail {
/// The best ones of some results, without those that failed, the best first.
inline std::vector<Result> best_of(std::vector<Result> results, Index count) {
  std::erase_if(results, [](const Result& result) { return result.failed(); });
  std::sort(results.begin(), results.end(), better);
  results.resize(static_cast<std::size_t>(std::min(count, std::ssize(results))));
  return results;
}

inline void check_halving(const char* name, Index trials, Index least, Index most, Index reduction) {
  if (trials < 1) fail(name, ": .trials = ", trials, " must be 1 or more");
  if (least < 1 || most < least) {
    fail(name, ": .least = ", least, " must be 1 or more, and .most = ", most, " no less than that");
  }
  if (reduction < 2) fail(name, ": .reduction = ", reduction, " must be 2 or more");
}
}  // namespace detail

/// Successive halving (Karnin et al. 2013; Jamieson & Talwalkar 2016): all trials get the least budget, the best of
/// them, one of `reduction`, that many times as much, and so on up to `most`. So most of the time is spent on good
/// settings. The best of a few goes on in any case. 18 trials with a budget of 1, 6 with 3 and 2 with 9 by default.
struct Halving {
  Index trials = 18;
  Index least = 1, most = 9;  ///< budgets
  Index reduction = 3;

  void check(const Space&) const { detail::check_halving("search::Halving", trials, least, most, reduction); }
  Setting setting(const Space& space, std::uint64_t seed, Index trial) const { return space.drawn(seed, trial); }

  Next next(const Space&, std::span<const Result> issued, Index finished) const {
    Index start = 0, count = trials, budget = least;
    std::vector<Result> chosen;  // for the rung at hand; all trials at first
    while (std::ssize(issued) >= start + count) {
      if (finished < start + count) return {.waits = true};
      const auto rung = issued.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
      chosen = detail::best_of({rung.begin(), rung.end()}, std::max(count / reduction, Index{1}));
      start += count;
      count = std::ssize(chosen);
      budget *= reduction;
      if (count == 0 || budget > most) return {};
    }
    const Index place = std::ssize(issued) - start;
    return {Job{start == 0 ? place : chosen[static_cast<std::size_t>(place)].job.trial, budget}};
  }
};

/// Asynchronous successive halving, ASHA (Li et al. 2018): no trial waits for the others. Whenever there is room for a
/// job, a trial that is among the best of its rung so far, one of `reduction`, goes on to the next budget; where there
/// is none, a new trial begins. Decisions do not look at the last `behind` jobs, so that with as many or fewer workers
/// they are the same for equal seeds, and nobody waits for long.
struct AsynchronousHalving {
  Index trials = 18;
  Index least = 1, most = 9;  ///< budgets
  Index reduction = 3;
  Index behind = 1;  ///< the number of workers less one, or more

  void check(const Space&) const {
    detail::check_halving("search::AsynchronousHalving", trials, least, most, reduction);
    if (trials < reduction && least * reduction <= most) {
      fail("search::AsynchronousHalving: of .trials = ", trials, " none goes on; take at least ", reduction,
           ", which is .reduction");
    }
    if (behind < 0) fail("search::AsynchronousHalving: .behind = ", behind, " must not be negative");
  }
  Setting setting(const Space& space, std::uint64_t seed, Index trial) const { return space.drawn(seed, trial); }

  Next next(const Space&, std::span<const Result> issued, Index finished) const {
    const Index seen = std::max(std::ssize(issued) - behind, Index{0});
    if (finished < seen) return {.waits = true};
    if (const auto job = promoted(issued, seen)) return {job};
    const auto begun =
        std::count_if(issued.begin(), issued.end(), [&](const Result& result) { return result.job.budget == least; });
    if (begun < trials) return {Job{begun, least}};
    // Nothing is left to begin: now all results are waited for.
    if (finished < std::ssize(issued)) return {.waits = true};
    return {promoted(issued, finished)};
  }

 private:
  // The trial that is to go on, by the scores of the first `seen` jobs; of the highest rung that has one.
  std::optional<Job> promoted(std::span<const Result> issued, Index seen) const {
    std::optional<Job> found;
    for (Index budget = least; budget * reduction <= most; budget *= reduction) {
      std::vector<Result> rung;
      for (const Result& result : issued.first(static_cast<std::size_t>(seen))) {
        if (result.job.budget == budget) rung.push_back(result);
      }
      for (const Result& result : detail::best_of(rung, std::ssize(rung) / reduction)) {
        const Job next{result.job.trial, budget * reduction};
        const auto is_next = [&](const Result& other) { return other.job == next; };
        if (std::any_of(issued.begin(), issued.end(), is_next)) continue;
        found = next;
        break;
      }
    }
    return found;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::search
