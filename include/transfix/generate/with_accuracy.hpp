// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/generate/predictions.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// A data set whose measure is the accuracy of a model on it, for Patience and KeepBest to go by. Only the first
/// `classes` of the model's count. The data set must outlive this.
template <class Data>
struct WithAccuracy {
  const Data& data;
  Index classes;

  Index size() const { return data.size(); }
  auto example(Index number) const { return data.example(number); }
  double measure(const auto& model) const { return measure(model, data); }
  /// The same on other data, such as a data::Subset of this.
  double measure(const auto& model, const auto& other) const { return accuracy(model, other, classes); }
};
template <class Data>
WithAccuracy(const Data&, Index) -> WithAccuracy<Data>;

}  // namespace transfix::inline TRANSFIX_ABI
