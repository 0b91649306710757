// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <transfix/train/trainer.hpp>
#include <vector>

namespace support {

/// A reporter that keeps count instead of printing.
struct Silent {
  int started_count = 0, stepped_count = 0, finished_count = 0;
  std::vector<transfix::Index> evaluated_at;
  void started(const auto&) { ++started_count; }
  void stepped(const transfix::TrainingProgress&) { ++stepped_count; }
  void evaluated(const transfix::TrainingProgress& progress) { evaluated_at.push_back(progress.step); }
  void finished(const transfix::TrainingProgress&) { ++finished_count; }
};

/// Tokens of a vocabulary in a pattern that a small model can learn: 0 1 2 ... period - 1 0 1 ...
inline std::vector<transfix::Token> pattern(transfix::Index length, transfix::Token period) {
  std::vector<transfix::Token> tokens;
  for (transfix::Index i = 0; i < length; ++i) tokens.push_back(static_cast<transfix::Token>(i % period));
  return tokens;
}

/// The message of the error that function() throws, or nothing.
std::string message_of(auto&& function) {
  try {
    function();
  } catch (const transfix::Error& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace support
