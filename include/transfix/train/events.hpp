// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <transfix/core/config.hpp>

// What a run of training tells its observers. An observer is any struct that has some of
//   started(trainer)     before the first step
//   stepped(trainer)     after each step; true ends the run
//   evaluated(trainer)   after each evaluation; true ends the run
//   passed(trainer)      after each step and the evaluation that is due then: a run can be remembered here
//   finished(trainer)    after the last evaluation
//   diverged(trainer)    the loss is no number any more; an error follows

namespace transfix::inline TRANSFIX_ABI::events {

inline constexpr auto started = [](auto& observer, auto& trainer) -> decltype(observer.started(trainer)) {
  return observer.started(trainer);
};
inline constexpr auto stepped = [](auto& observer, auto& trainer) -> decltype(observer.stepped(trainer)) {
  return observer.stepped(trainer);
};
inline constexpr auto evaluated = [](auto& observer, auto& trainer) -> decltype(observer.evaluated(trainer)) {
  return observer.evaluated(trainer);
};
inline constexpr auto passed = [](auto& observer, auto& trainer) -> decltype(observer.passed(trainer)) {
  return observer.passed(trainer);
};
inline constexpr auto finished = [](auto& observer, auto& trainer) -> decltype(observer.finished(trainer)) {
  return observer.finished(trainer);
};
inline constexpr auto diverged = [](auto& observer, auto& trainer) -> decltype(observer.diverged(trainer)) {
  return observer.diverged(trainer);
};

/// Tells an event to those observers that listen to it; whether one of them ends the run.
bool tell(auto event, auto& trainer, auto&... observers) {
  bool ends = false;
  const auto tell_one = [&](auto& observer) {
    if constexpr (requires {
                    { event(observer, trainer) } -> std::same_as<bool>;
                  }) {
      ends |= event(observer, trainer);
    } else if constexpr (requires { event(observer, trainer); }) {
      event(observer, trainer);
    }
  };
  (tell_one(observers), ...);
  return ends;
}

}  // namespace transfix::inline TRANSFIX_ABI::events
