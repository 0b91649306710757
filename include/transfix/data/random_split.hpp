// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/random.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// Splits the numbers 0 .. labels.size() - 1 at random into parts, so that each part has its share of the whole and
/// each label its share in each part, up to a few examples of rounding; exact where the shares are whole numbers of
/// examples. Each number is in one part, and each part is ascending. The parts depend on the arguments only.
///
///   const auto parts = stratified_split(labels_of(examples), {0.8, 0.1, 0.1}, 1);
///
/// Fails where a share is not positive, where they do not add up to 1, and where a part would be empty.
inline std::vector<std::vector<Index>> stratified_split(std::span<const Token> labels,
                                                        const std::vector<double>& shares, std::uint64_t seed) {
  for (const double share : shares) {
    if (!(share > 0)) fail("split: a share is ", std::to_string(share), "; each must be larger than 0");
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  if (!(std::abs(sum - 1) < 1e-9)) {
    fail("split: the shares add up to ", std::to_string(sum), " and not to 1; give one for each part, as in 0.8, 0.2");
  }
  std::vector<Index> order(labels.size());
  std::iota(order.begin(), order.end(), Index{0});
  Random random(seed);
  for (Index left = std::ssize(order); left > 1; --left) {  // Fisher and Yates
    std::swap(order[static_cast<std::size_t>(left - 1)], order[static_cast<std::size_t>(random.below(left))]);
  }
  std::stable_sort(order.begin(), order.end(), [&](Index left, Index right) {
    return labels[static_cast<std::size_t>(left)] < labels[static_cast<std::size_t>(right)];
  });
  // Each example goes to the part that has the least for its share so far (Sainte-Lague), so parts fill up evenly all
  // along the order, and thus within each label. There is no sum of products in it that machines round differently.
  std::vector<std::vector<Index>> parts(shares.size());
  for (const Index number : order) {
    const auto filled = [&](std::size_t part) {
      return (static_cast<double>(parts[part].size()) + 0.5) / shares[part];
    };
    std::size_t least = 0;
    for (std::size_t part = 1; part < parts.size(); ++part) {
      if (filled(part) < filled(least)) least = part;
    }
    parts[least].push_back(number);
  }
  for (auto& part : parts) {
    if (part.empty()) {
      fail("split: ", labels.size(), " examples leave one of ", parts.size(), " parts empty; give more examples, ",
           "or larger shares");
    }
    std::sort(part.begin(), part.end());
  }
  return parts;
}

/// Splits the numbers 0 .. size - 1 at random into parts of the given shares: a stratified split of equal labels.
inline std::vector<std::vector<Index>> split_at_random(Index size, const std::vector<double>& shares,
                                                       std::uint64_t seed) {
  if (size < 0) fail("split: there cannot be ", size, " examples");
  return stratified_split(std::vector<Token>(static_cast<std::size_t>(size)), shares, seed);
}

}  // namespace transfix::inline TRANSFIX_ABI::data
