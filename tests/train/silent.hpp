// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <cstdint>
#include <transfix/train/trainer.hpp>
#include <vector>

#include "../support.hpp"

namespace support {

/// A reporter that keeps count instead of printing.
struct Silent {
  int started_count = 0, stepped_count = 0, finished_count = 0;
  std::vector<transfix::Index> evaluated_at;
  void started(const auto&) { ++started_count; }
  void stepped(const auto&) { ++stepped_count; }
  void evaluated(const auto& trainer) { evaluated_at.push_back(trainer.progress().step); }
  void finished(const auto&) { ++finished_count; }
};

/// Tokens of a vocabulary in a pattern that a small model can learn: 0 1 2 ... period - 1 0 1 ...
inline std::vector<transfix::Token> pattern(transfix::Index length, transfix::Token period) {
  std::vector<transfix::Token> tokens;
  for (transfix::Index i = 0; i < length; ++i) tokens.push_back(static_cast<transfix::Token>(i % period));
  return tokens;
}

}  // namespace support
