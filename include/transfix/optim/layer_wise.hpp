// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/error.hpp>
#include <transfix/core/math.hpp>
#include <transfix/optim/groups.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// An optimizer for fine-tuning, which treats the layers of a pretrained model by their depth (Howard & Ruder 2018).
/// What comes after the repeated blocks, such as the head, has depth 0, the last block 1, the first one `Layers`, and
/// what comes before them, by its name, Layers + 1. A parameter of depth d
///   learns at decay^d times the learning rate,
///   starts to learn at step d unfreeze_every (gradual unfreezing), and
///   never learns if it is one of the `frozen` lowest depths.
/// By default all learn alike from the start.
///   LayerWise<AdamW, 12>{{.learning_rate = 3e-5f}, .decay = 0.95f}
template <class Inner, Index Layers, NamePattern Before = "*embedding*">
struct LayerWise : Inner {
  float decay = 1;
  Index unfreeze_every = 0;  ///< steps
  Index frozen = 0;          ///< 1: what comes before the blocks; 2: also the first block; ...

  void check() const {
    if (!(decay > 0 && decay <= 1)) fail("optim::LayerWise: .decay must be above 0 and at most 1");
    if (unfreeze_every < 0) fail("optim::LayerWise: .unfreeze_every = ", unfreeze_every, " must not be negative");
    if (frozen < 0 || frozen > Layers + 1) {
      fail("optim::LayerWise: .frozen = ", frozen, " of ", Layers + 2, " depths: at least one must be left to learn");
    }
  }

  void adjust(Update& update, const Path& path) const {
    if constexpr (requires(const Inner& inner) { inner.adjust(update, path); }) Inner::adjust(update, path);
    const Index depth = depth_of(path);
    const bool learns = depth < Layers + 2 - frozen && update.step >= depth * unfreeze_every;
    update.rate *= learns ? math::pow(double{decay}, static_cast<double>(depth)) : 0;
  }

 private:
  static constexpr NamePattern before = Before;

  static constexpr Index depth_of(const Path& path) {
    if (before.matches(path)) return Layers + 1;
    const Index block = block_of(path);
    return block < 0 ? 0 : Layers - block;
  }
  /// The first number of a name, or -1.
  static constexpr Index block_of(const Path& path) {
    const Index above = path.parent == nullptr ? -1 : block_of(*path.parent);
    return above >= 0 ? above : path.number;
  }

 public:
  /// Whether the model has so many blocks, and something before them.
  template <class Model>
  static constexpr bool fits = [] {
    bool has_before = false;
    Index blocks = 0;
    for_each_parameter_name<Model>([&](const Path& path) {
      has_before |= before.matches(path);
      blocks = std::max(blocks, block_of(path) + 1);
    });
    return has_before && blocks == Layers;
  }();
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
