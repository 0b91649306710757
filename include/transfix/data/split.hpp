// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Cuts a text in two without shuffling: the first `share` of its tokens (rounded down), and the rest.
inline std::pair<std::vector<Token>, std::vector<Token>> split(std::vector<Token> tokens, double share) {
  if (!(share > 0.0 && share < 1.0)) {
    fail("split: the share of the first part is ", std::to_string(share), "; choose one between 0 and 1, such as 0.9");
  }
  const auto first = static_cast<Index>(static_cast<double>(tokens.size()) * share);
  if (first == 0 || first == std::ssize(tokens)) {
    fail("split: a share of ", std::to_string(share), " of ", tokens.size(), " tokens leaves one part empty",
         "; give a longer text or another share");
  }
  std::vector<Token> rest(tokens.begin() + first, tokens.end());
  tokens.resize(static_cast<std::size_t>(first));
  return {std::move(tokens), std::move(rest)};
}

}  // namespace transfix::inline TRANSFIX_ABI::data
