// SPDX-License-Identifier: MIT
#pragma once
#include <csignal>
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Ends a run after the step at hand when the user presses Ctrl-C or the process is asked to terminate; the other
/// observers then finish as they always do. A second Ctrl-C ends the process at once.
class StopOnInterrupt {
 public:
  void started(const auto&) {
    asked_ = 0;
    former_interrupt_ = std::signal(SIGINT, on_signal);
    former_terminate_ = std::signal(SIGTERM, on_signal);
  }
  bool stepped(const auto&) const { return asked_ != 0; }
  void finished(const auto&) { restore(); }
  void diverged(const auto&) { restore(); }

  /// Whether the last run was interrupted.
  static bool interrupted() { return asked_ != 0; }

 private:
  static void on_signal(int number) {
    asked_ = 1;
    std::signal(number, SIG_DFL);
  }
  void restore() {
    std::signal(SIGINT, former_interrupt_);
    std::signal(SIGTERM, former_terminate_);
  }

  using Handler = void (*)(int);
  Handler former_interrupt_ = SIG_DFL, former_terminate_ = SIG_DFL;
  static inline volatile std::sig_atomic_t asked_ = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI
