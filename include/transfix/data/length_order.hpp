// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <numeric>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/data/permutation.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::data {

/// What a LengthOrder groups.
struct LengthOrderSettings {
  Index batch = 1;               ///< examples that should have similar lengths
  Index batches_in_bucket = 16;  ///< the more, the more mixed the batches are, and the less similar the lengths
  std::uint64_t seed = 1;
};

/// An order in which the examples of a batch have similar lengths: the examples, sorted by length, are cut into
/// buckets; each epoch shuffles every bucket, cuts the whole into batches, and shuffles the batches. A shorter batch,
/// if there is one, comes last and is of other lengths in every epoch. All of it is a pure function of lengths,
/// settings, epoch and position; the memory is one number for each example.
class LengthOrder {
 public:
  using Settings = LengthOrderSettings;

  LengthOrder(std::span<const Index> lengths, Settings settings) : settings_(settings), sorted_(lengths.size()) {
    if (lengths.empty()) fail("an order by length of no examples: the data set is empty");
    if (settings.batch < 1 || settings.batches_in_bucket < 1) {
      fail("an order by length needs .batch and .batches_in_bucket of 1 or more");
    }
    settings_.batches_in_bucket = std::min(settings.batches_in_bucket, size() / settings.batch + 1);
    std::iota(sorted_.begin(), sorted_.end(), Index{0});
    std::stable_sort(sorted_.begin(), sorted_.end(), [&](Index left, Index right) {
      return lengths[static_cast<std::size_t>(left)] < lengths[static_cast<std::size_t>(right)];
    });
  }

  Index size() const { return std::ssize(sorted_); }
  Index batch() const { return settings_.batch; }

  /// The number of the example at a position, 0 .. size() - 1, of an epoch.
  Index operator()(Index epoch, Index position) const {
    if (position < 0 || position >= size()) fail("position ", position, " is not in an epoch of ", size(), " examples");
    const Index whole_batches = size() / settings_.batch, rest = size() % settings_.batch;
    const Index number = position / settings_.batch, offset = position % settings_.batch;
    const std::uint64_t key = key_of(epoch);
    // The short batch lies somewhere between the others in the order of lengths.
    const Index before_short = Random(key, 0).below(whole_batches + 1);
    const Index place = number == whole_batches ? before_short : Permutation(whole_batches, key, 0)(number);
    const bool after_short = number != whole_batches && place >= before_short;
    return in_bucket(key, place * settings_.batch + (after_short ? rest : 0) + offset);
  }

 private:
  std::uint64_t key_of(Index epoch) const {
    Random random(settings_.seed, static_cast<std::uint64_t>(epoch));
    const std::uint64_t high = random.bits();
    return high << 32 | random.bits();
  }

  // The example at a place of the order of lengths when every bucket is shuffled.
  Index in_bucket(std::uint64_t key, Index place) const {
    const Index bucket_size = settings_.batch * settings_.batches_in_bucket;
    const Index bucket = place / bucket_size, start = bucket * bucket_size;
    const Permutation shuffled(std::min(bucket_size, size() - start), key, static_cast<std::uint64_t>(bucket) + 1);
    return sorted_[static_cast<std::size_t>(start + shuffled(place - start))];
  }

  Settings settings_;
  std::vector<Index> sorted_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
