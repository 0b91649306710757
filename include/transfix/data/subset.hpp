// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// The examples of a data set whose numbers are in a list, in the order of the list: a part of a split, or a fold.
/// The data set must outlive its subset. Where it can measure a model on other data, by measure(model, data), a subset
/// has measure(model), which is of its own examples only.
template <class DataSet>
class Subset {
 public:
  using Example = typename DataSet::Example;

  Subset(const DataSet& all, std::vector<Index> numbers) : all_(&all), numbers_(std::move(numbers)) {
    for (const Index number : numbers_) {
      if (number < 0 || number >= all.size()) {
        fail("a subset has the example ", number, ", but its data set has only ", all.size(),
             "; split the data set that it is made from");
      }
    }
  }
  Subset(const DataSet&&, std::vector<Index>) = delete;  // would not outlive its subset

  Index size() const { return std::ssize(numbers_); }
  Example example(Index number) const { return all_->example(numbers_[static_cast<std::size_t>(number)]); }
  /// The number of an example in the whole data set.
  Index number_in_whole(Index number) const { return numbers_[static_cast<std::size_t>(number)]; }

  Token largest_token() const requires requires(const DataSet& all) { all.largest_token(); }
  { return all_->largest_token(); }
  template <class Model, class Data>
  double measure(const Model& model, const Data& data) const requires requires(const DataSet& all) {
    all.measure(model, data);
  }
  { return all_->measure(model, data); }
  template <class Model>
  double measure(const Model& model) const requires requires(const DataSet& all, const Subset& own) {
    all.measure(model, own);
  }
  { return all_->measure(model, *this); }

 private:
  const DataSet* all_;
  std::vector<Index> numbers_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
