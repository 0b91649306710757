// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// What becomes of the examples that do not fill the last batch of an epoch.
enum class LastBatch {
  keep,  ///< a batch of fewer examples
  drop,  ///< they are left out of this epoch
};

/// Cuts the epochs of an order into batches. Step s of a training takes batch s % size() of epoch s / size(), so
/// the number of the step is all that is needed to go on.
///
///   const Batches batches(ShuffledOrder(examples.size(), 1), 32);
///   for (const Index number : batches.at_step(step)) use(examples[number]);
template <class Order>
class Batches {
 public:
  Batches(Order order, Index batch, LastBatch last = LastBatch::keep)
      : order_(std::move(order)), batch_(batch), last_(last) {
    if (batch < 1) fail("batches of ", batch, " examples: choose 1 or more");
    if constexpr (requires { order_.batch(); }) {
      if (order_.batch() != batch) {
        fail("batches of ", batch, " examples from an order that groups ", order_.batch(), "; give both the same");
      }
    }
    if (size() == 0) {
      fail("there are only ", order_.size(), " examples, not one batch of ", batch, "; take smaller batches, or keep ",
           "the last one");
    }
  }

  /// How many batches an epoch has.
  Index size() const {
    const bool has_short_batch = last_ == LastBatch::keep && order_.size() % batch_ != 0;
    return order_.size() / batch_ + (has_short_batch ? 1 : 0);
  }

  /// The numbers of the examples of a batch, 0 .. size() - 1, of an epoch.
  std::vector<Index> batch(Index epoch, Index number) const {
    if (number < 0 || number >= size()) fail("batch ", number, " is not among the ", size(), " of an epoch");
    const Index start = number * batch_;
    std::vector<Index> examples(static_cast<std::size_t>(std::min(batch_, order_.size() - start)));
    for (Index& example : examples) example = order_(epoch, start + (&example - examples.data()));
    return examples;
  }
  std::vector<Index> at_step(Index step) const { return batch(step / size(), step % size()); }

 private:
  Order order_;
  Index batch_;
  LastBatch last_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
