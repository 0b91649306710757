// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <transfix/core/error.hpp>
#include <transfix/train/execution.hpp>
#include <transfix/train/first_error.hpp>
#include <type_traits>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

/// Hands the parts of a step to the threads of another library. parallel_for(count, function) calls function(0) ..
/// function(count - 1), each once, in whatever threads and order, and returns when all are done:
///
///   struct OurPool {
///     our::ThreadPool* pool;
///     void operator()(Index count, const auto& function) const { pool->for_each_number(count, function); }
///   };
///   using Training = Trainer<Model, loss::CrossEntropy, optim::AdamW, schedule::WarmupCosine, Executor<OurPool, 4>>;
///   Training trainer(optimizer, settings, {}, {}, OurPool{&pool});  // behind schedule and loss; not where it is empty
///
/// A step has `Parts` parts, each with a tape and a workspace; how many threads take them is known to the pool alone. A
/// run has the bits of Threads<N, Shards, Together>, whatever Parts and threads. What a part throws reaches the caller
/// of the trainer when all parts are done, never the pool. A part that the pool leaves out, or calls twice, is an
/// error.
template <class ParallelFor, Index Parts, Index Shards = (Parts > 4 ? Parts : 4), Index Together = 1>
class Executor {
 public:
  static_assert(Parts > 0 && Shards >= Parts,
                "Executor<ParallelFor, Parts, Shards>: there must be a shard for every part");
  static constexpr Index threads = Parts, shards = Shards, together = Together;

  Executor() {
    static_assert(
        std::is_empty_v<ParallelFor>,
        "this parallel_for has a state: give it to the trainer, behind optimizer, settings, schedule and loss");
  }
  explicit Executor(ParallelFor parallel_for) : parallel_for_(std::move(parallel_for)) {}

  void run(auto&& function) {
    FirstError<Parts> error;
    std::atomic<Index> calls[static_cast<std::size_t>(Parts)] = {};
    const auto part_of_step = [&](auto part) {
      const auto number = static_cast<Index>(part);
      if (number >= 0 && number < Parts && calls[number]++ == 0) error.guard(number, [&] { function(number); });
    };
    static_assert(std::is_invocable_v<ParallelFor&, Index, decltype(part_of_step)>,
                  "an Executor's parallel_for is called as parallel_for(count, function), with function(number)");
    parallel_for_(Parts, part_of_step);
    error.rethrow();
    for (Index part = 0; part < Parts; ++part) {
      if (calls[part] != 1) {
        fail("the executor's parallel_for called part ", part, " of ", Parts, " ", calls[part].load(),
             " times: it must call function(0) to function(count - 1), each once, and wait for them");
      }
    }
  }

 private:
  [[no_unique_address]] ParallelFor parallel_for_{};
};

}  // namespace transfix::inline TRANSFIX_ABI
