// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/random.hpp>
#include <transfix/data/permutation.hpp>
#include <transfix/train/concepts.hpp>
#include <transfix/train/settings.hpp>

// Which examples a step is made from: a pure function of settings and step, so that a resumed run draws the same.

namespace transfix::inline TRANSFIX_ABI::detail {

/// The number of the example that stands in a place of a step's batch.
template <class Data>
Index drawn_number(const Data& data, const TrainingSettings& settings, Index step, Index place) {
  const Index size = data.size(), position = step * settings.batch + place;
  if constexpr (OrderedDataSet<Data>) return data.order()(position / size, position % size);
  if (settings.epochs > 0) {
    return data::Permutation(size, settings.seed, static_cast<std::uint64_t>(position / size))(position % size);
  }
  return Random(settings.seed, (static_cast<std::uint64_t>(step) << 32) + static_cast<std::uint64_t>(place) + 1)
      .below(size);
}

/// That example, which augmented data changes at random: anew in each step, equally in a resumed run.
template <class Data>
auto drawn_example(const Data& data, const TrainingSettings& settings, Index step, Index place) {
  const Index number = drawn_number(data, settings, step, place);
  if constexpr (AugmentedDataSet<Data>) {
    constexpr std::uint64_t augmentation = std::uint64_t{1} << 63;  // a stream of its own
    Random random(settings.seed,
                  augmentation + (static_cast<std::uint64_t>(step) << 32) + static_cast<std::uint64_t>(place));
    return data.example(number, random);
  } else {
    return data.example(number);
  }
}

}  // namespace transfix::inline TRANSFIX_ABI::detail
