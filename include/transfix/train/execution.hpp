// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// An execution runs the parts of a step. It has
///   threads    how many parts run at a time, at most; each has a tape and a workspace
///   shards     how many sums of gradients are kept; they are added in order, so results depend on the
///              number of shards and never on the number of threads
///   together   may be left out: how many sequences of a shard are worked on together (core/together.hpp), 1 otherwise
///   run(function)    calls function(thread) for thread = 0 .. threads - 1 and waits for all of them
/// Serial is here, Threads<Count> in train/threads.hpp, and train/executor.hpp makes one from the threads of another
/// library.
template <class Execution>
concept ExecutionOfSteps = requires(Execution& execution, void (*function)(Index)) {
  requires Execution::threads >
  0 && Execution::shards >= Execution::threads;
  execution.run(function);
};

namespace detail {
template <class Execution>
inline constexpr Index together = 1;
template <class Execution>
requires requires { Execution::together; }
inline constexpr Index together<Execution> = Execution::together;
}  // namespace detail

/// Everything in the calling thread, with the least memory.
struct Serial {
  static constexpr Index threads = 1, shards = 1;
  void run(auto&& function) const { function(Index{0}); }
};

}  // namespace transfix::inline TRANSFIX_ABI
