// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <transfix/search/result.hpp>
#include <transfix/search/space.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

/// Tries every combination of all choices and of `points` numbers of each range, its ends among them.
struct Grid {
  Index points = 3;
  Index budget = 1;

  void check(const Space& space) const {
    if (points < 1 || budget < 1) fail("search::Grid: .points and .budget must be 1 or more");
    if (space.grid_size(points) > 1'000'000) {
      fail("search::Grid: the grid has ", space.grid_size(points), " settings; take fewer points, or search::Drawn");
    }
  }
  Setting setting(const Space& space, std::uint64_t, Index trial) const { return space.grid(points, trial); }
  Next next(const Space& space, std::span<const Result> issued, Index) const {
    if (std::ssize(issued) == space.grid_size(points)) return {};
    return {Job{std::ssize(issued), budget}};
  }
};

/// Tries settings drawn at random (Bergstra & Bengio 2012). A larger number of trials goes on where a smaller one
/// ended.
struct Drawn {
  Index trials = 20;
  Index budget = 1;

  void check(const Space&) const {
    if (trials < 1 || budget < 1) fail("search::Drawn: .trials and .budget must be 1 or more");
  }
  Setting setting(const Space& space, std::uint64_t seed, Index trial) const { return space.drawn(seed, trial); }
  Next next(const Space&, std::span<const Result> issued, Index) const {
    if (std::ssize(issued) == trials) return {};
    return {Job{std::ssize(issued), budget}};
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::search
