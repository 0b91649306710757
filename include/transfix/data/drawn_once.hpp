// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/random.hpp>
#include <transfix/core/shape.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// A data set with example(number, random) of which each example is drawn once for all, by the seed: to evaluate on
/// hidden words, say, with the same ones hidden at every evaluation. The data set must outlive this one.
template <class Data>
class DrawnOnce {
 public:
  explicit DrawnOnce(const Data& data, std::uint64_t seed = 0) : data_(&data), seed_(seed) {}
  explicit DrawnOnce(const Data&&, std::uint64_t = 0) = delete;  // would not outlive this

  Index size() const { return data_->size(); }
  auto example(Index number) const {
    Random random(seed_, static_cast<std::uint64_t>(number));
    return data_->example(number, random);
  }

 private:
  const Data* data_;
  std::uint64_t seed_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
