// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <transfix/generate/generate.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Continues several prompts, each of a length of its own, on `threads` threads. The text of prompt i is that of
/// generate() with the seed settings.seed + i, whatever the number of threads and the other prompts. Each thread holds
/// one Generator at a time.
template <class Model>
std::vector<std::vector<Token>> generate_batch(const Model& model, std::span<const std::vector<Token>> prompts,
                                               const GenerationSettings& settings = {}, Index threads = 1) {
  if (threads < 1) fail("generate_batch: threads = ", threads, " must be 1 or more");
  std::vector<std::vector<Token>> texts(prompts.size());
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex one_at_a_time;
  const auto work = [&] {
    try {
      for (std::size_t i; (i = next++) < prompts.size();) {
        GenerationSettings own = settings;
        own.seed += i;
        texts[i] = generate(model, prompts[i], own);
      }
    } catch (...) {
      const std::lock_guard lock(one_at_a_time);
      failure = std::current_exception();
      next = prompts.size();
    }
  };
  {
    std::vector<std::jthread> others;
    for (Index i = 1; i < std::min(threads, std::ssize(prompts)); ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return texts;
}

}  // namespace transfix::inline TRANSFIX_ABI
