// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::metrics::detail {

/// How many references each hypothesis of a corpus has: a part of the signature of its score.
class ReferenceCount {
 public:
  void add(const char* measure, std::size_t references) {
    if (references == 0) fail(measure, ": hypothesis ", lines_, " has no reference; give at least one");
    if (lines_++ == 0) count_ = references;
    same_ = same_ && references == count_;
  }
  void check(const char* measure) const {
    if (lines_ == 0) fail(measure, ": no hypothesis was added; add the corpus before its score is asked for");
  }
  std::string text() const { return same_ ? std::to_string(count_) : "var"; }

 private:
  Index lines_ = 0;
  std::size_t count_ = 1;
  bool same_ = true;
};

}  // namespace transfix::inline TRANSFIX_ABI::metrics::detail
