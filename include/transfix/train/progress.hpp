// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdio>
#include <transfix/core/math.hpp>
#include <transfix/train/trainer.hpp>
#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace transfix::inline TRANSFIX_ABI {

/// Shows a run on standard error: a line that renews itself in a terminal (bar, loss, tokens a second, time
/// left), plain lines elsewhere.
class ProgressLine {
 public:
  template <class Trainer>
  void started(const Trainer& trainer) {
    constexpr MemoryOfTraining memory = Trainer::memory();
    std::fprintf(stderr, "training %.2f million parameters in %.1f MiB\n",
                 static_cast<double>(parameter_count<std::remove_cvref_t<decltype(trainer.model())>>) * 1e-6,
                 static_cast<double>(memory.total()) / (1024.0 * 1024.0));
    start_ = last_shown_ = Clock::now();
    tokens_at_start_ = trainer.progress().tokens;
    step_at_start_ = trainer.progress().step;
  }

  void stepped(const auto& trainer) {
    const TrainingProgress& progress = trainer.progress();
    const auto now = Clock::now();
    smooth_loss_ = progress.step == step_at_start_ + 1 ? progress.loss : 0.95 * smooth_loss_ + 0.05 * progress.loss;
    if (!terminal_) {
      const Index every = progress.steps < 20 ? 1 : progress.steps / 20;
      if (progress.step % every == 0) show(progress, now, "", "\n");
    } else if (now - last_shown_ > std::chrono::milliseconds(100)) {
      last_shown_ = now;
      show(progress, now, "\r", "\033[K");
    }
  }

  void evaluated(const auto& trainer) {
    const TrainingProgress& progress = trainer.progress();
    char metric[32] = "";
    if (!math::isnan(progress.metric)) std::snprintf(metric, sizeof metric, ", metric %.4f", progress.metric);
    std::fprintf(stderr, "%sstep %td: validation loss %.4f%s%s\n", terminal_ ? "\r" : "", progress.step,
                 progress.validation_loss, metric, terminal_ ? "\033[K" : "");
  }

  void finished(const auto& trainer) {
    const TrainingProgress& progress = trainer.progress();
    std::fprintf(stderr, "%strained %td steps in %.1f s%s\n", terminal_ ? "\r" : "", progress.step - step_at_start_,
                 seconds(Clock::now()), terminal_ ? "\033[K" : "");
  }

 private:
  using Clock = std::chrono::steady_clock;

  double seconds(Clock::time_point now) const { return std::chrono::duration<double>(now - start_).count(); }

  void show(const TrainingProgress& progress, Clock::time_point now, const char* before, const char* after) const {
    constexpr int width = 24;
    char bar[width + 1] = {};
    for (int place = 0; place < width; ++place) bar[place] = place * progress.steps < width * progress.step ? '#' : '.';
    const double passed = seconds(now);
    const double tokens_a_second = static_cast<double>(progress.tokens - tokens_at_start_) / passed;
    const double left = passed / static_cast<double>(progress.step - step_at_start_) *
                        static_cast<double>(progress.steps - progress.step);
    std::fprintf(stderr, "%s[%s] step %td of %td, loss %.4f, %.0f tokens/s, %.0f s left%s", before, bar, progress.step,
                 progress.steps, smooth_loss_, tokens_a_second, left, after);
    std::fflush(stderr);
  }

  static bool is_terminal() {
#if __has_include(<unistd.h>)
    return isatty(2) != 0;
#else
    return false;
#endif
  }

  Clock::time_point start_, last_shown_;
  Index tokens_at_start_ = 0, step_at_start_ = 0;
  double smooth_loss_ = 0;
  bool terminal_ = is_terminal();
};

}  // namespace transfix::inline TRANSFIX_ABI
