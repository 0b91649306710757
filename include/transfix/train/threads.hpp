// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <transfix/train/execution.hpp>
#include <transfix/train/first_error.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI {

/// `Count` threads that take different sequences of a batch. With equal `Shards` a run is identical bit
/// for bit whatever the number of threads. Threads without work look for more for 200 microseconds and then sleep; work
/// allocates nothing.
/// With `Together` > 1 a thread works on so many sequences at once, which takes so many times the memory of a tape and
/// is faster where sequences are short and the model is larger than the caches.
template <Index Count, Index Shards = (Count > 4 ? Count : 4), Index Together = 1>
class Threads {
 public:
  static_assert(Together > 0, "Threads<Count, Shards, Together>: at least one sequence is worked on at a time");
  static constexpr Index together = Together;
  static_assert(Count > 0 && Shards >= Count, "Threads<Count, Shards>: there must be a shard for every thread");
  static constexpr Index threads = Count, shards = Shards;

  Threads() {
    for (Index thread = 1; thread < Count; ++thread) {
      workers_[static_cast<std::size_t>(thread - 1)] = std::thread([this, thread] { work(thread); });
    }
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    task_ = nullptr;
    start();
    for (auto& worker : workers_) worker.join();
  }

  /// Calls function(thread) in every thread; the caller is thread 0. An exception reaches the caller when all
  /// threads are done.
  template <class Function>
  void run(Function&& function) {
    function_ = &function;
    task_ = [](const void* given, Index thread) {
      (*static_cast<std::remove_reference_t<Function>*>(const_cast<void*>(given)))(thread);
    };
    start();
    guarded(0);
    wait_while(finished_, [](std::uint32_t count) { return count < static_cast<std::uint32_t>(Count - 1); });
    error_.rethrow();
  }

 private:
  void start() {
    finished_.store(0, std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }

  void work(Index thread) {
    for (std::uint32_t seen = 0;;) {
      seen = wait_while(round_, [seen](std::uint32_t round) { return round == seen; });
      if (task_ == nullptr) return;
      guarded(thread);
      finished_.fetch_add(1, std::memory_order_release);
      finished_.notify_all();
    }
  }

  void guarded(Index thread) {
    error_.guard(thread, [&] { task_(function_, thread); });
  }

  // Looks without rest at first, then leaves the processor to others between looks, then sleeps: parts of a step follow
  // each other within microseconds, and a sleeper takes tens of them to wake.
  static std::uint32_t wait_while(std::atomic<std::uint32_t>& number, auto&& unchanged) {
    using Clock = std::chrono::steady_clock;
    constexpr int first_looks = 2000;
    Clock::time_point end;
    for (int look = 0;; ++look) {
      const std::uint32_t value = number.load(std::memory_order_acquire);
      if (!unchanged(value)) return value;
      if (look < first_looks) continue;
      if (look == first_looks) end = Clock::now() + std::chrono::microseconds(200);
      if (Clock::now() < end) {
        std::this_thread::yield();
      } else {
        number.wait(value, std::memory_order_acquire);
      }
    }
  }

  std::atomic<std::uint32_t> round_{0}, finished_{0};
  const void* function_ = nullptr;
  void (*task_)(const void*, Index) = nullptr;
  FirstError<Count> error_;
  std::array<std::thread, static_cast<std::size_t>(Count - 1)> workers_;
};

}  // namespace transfix::inline TRANSFIX_ABI
