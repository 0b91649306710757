// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/data/permutation.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// All examples of a data set in a new random order in each epoch. The order is a pure function of size, seed and
/// epoch that keeps nothing in memory, so training goes on in the middle of an epoch from (epoch, position) alone.
class ShuffledOrder {
 public:
  ShuffledOrder(Index size, std::uint64_t seed) : size_(size), seed_(seed) {
    if (size < 1) fail("an order of ", size, " examples: the data set is empty");
  }

  Index size() const { return size_; }

  /// The number of the example at a position, 0 .. size() - 1, of an epoch.
  Index operator()(Index epoch, Index position) const {
    if (position < 0 || position >= size_) fail("position ", position, " is not in an epoch of ", size_, " examples");
    return Permutation(size_, seed_, static_cast<std::uint64_t>(epoch))(position);
  }

 private:
  Index size_;
  std::uint64_t seed_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
