// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// What a training log knows of one step. What was not measured is NAN: a line after a step has loss, gradient norm and
/// learning rate, and one after an evaluation has validation loss and metric.
struct LogLine {
  Index step = 0;
  double seconds = 0;  ///< of training until then, those before an interruption included
  double loss = NAN;   ///< mean of the step's batch
  double gradient_norm = NAN;
  double learning_rate = NAN;
  double validation_loss = NAN;
  double metric = NAN;
};

namespace detail {
/// A number of a line and its name.
struct LogColumn {
  const char* name;
  double LogLine::*number;
};
inline constexpr LogColumn log_columns[] = {
    {"seconds", &LogLine::seconds},
    {"loss", &LogLine::loss},
    {"gradient_norm", &LogLine::gradient_norm},
    {"learning_rate", &LogLine::learning_rate},
    {"validation_loss", &LogLine::validation_loss},
    {"metric", &LogLine::metric},
};

/// The shortest text that is read back as the same number.
inline std::string number_text(double number) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, number).ptr};
}

/// The number that is all of a text.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::report
