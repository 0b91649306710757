// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <exception>
#include <transfix/core/shape.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

/// Carries the errors of parts that run at a time to the thread that waits for them.
template <Index Parts>
class FirstError {
 public:
  /// Does the work of a part and keeps what it throws.
  void guard([[maybe_unused]] Index part, auto&& work) {
#if defined(__cpp_exceptions)
    try {
      work();
    } catch (...) {
      errors_[static_cast<std::size_t>(part)] = std::current_exception();
    }
#else
    work();
#endif
  }

  /// Throws the error of the first part that has one, and forgets all of them.
  void rethrow() {
#if defined(__cpp_exceptions)
    std::exception_ptr first;
    for (auto& error : errors_) {
      if (auto found = std::exchange(error, nullptr); found && !first) first = std::move(found);
    }
    if (first) std::rethrow_exception(std::move(first));
#endif
  }

#if defined(__cpp_exceptions)
 private:
  std::array<std::exception_ptr, static_cast<std::size_t>(Parts)> errors_{};
#endif
};

}  // namespace transfix::inline TRANSFIX_ABI
