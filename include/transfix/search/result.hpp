// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <optional>
#include <transfix/search/setting.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

/// A setting to be tried, and how much may be spent on it: epochs, steps, whatever the user's function makes of it.
struct Job {
  Index trial = 0, budget = 0;
  friend bool operator==(const Job&, const Job&) = default;
};

/// What came out of a job.
struct Result {
  Job job;
  Setting setting;
  double score = NAN;  ///< the more the better; NAN where it failed, or is not known yet
  double seconds = 0;
  std::string error = {};  ///< why it failed

  bool failed() const { return std::isnan(score); }
};

/// Whether a result is better than another one: more was spent on it, or with equal budgets its score is higher; of
/// equals the trial that was drawn first. What failed is worse than all others.
inline bool better(const Result& a, const Result& b) {
  if (a.failed() != b.failed()) return b.failed();
  if (a.job.budget != b.job.budget) return a.job.budget > b.job.budget;
  if (!a.failed() && a.score != b.score) return a.score > b.score;
  return a.job.trial < b.job.trial;
}

// A strategy says what a search tries. It has
//   void check(const Space& space) const                           fails where its settings make no sense
//   Setting setting(const Space& space, std::uint64_t seed, Index trial) const
//   Next next(const Space& space, std::span<const Result> issued, Index finished) const
// where `issued` are all jobs so far, of which only the first `finished` may be looked at for their scores. What next
// decides is a function of these alone, so that it does not depend on which job was done first.

/// What a search does next: a job, or wait for the results of jobs, or nothing any more.
struct Next {
  std::optional<Job> job = {};
  bool waits = false;
};

}  // namespace transfix::inline TRANSFIX_ABI::search
