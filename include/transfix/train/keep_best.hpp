// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/math.hpp>
#include <transfix/io/safetensors.hpp>
#include <transfix/train/settings.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Writes the model to a file whenever an evaluation is the best so far, and puts the best one back into the trainer
/// when the run is finished. A run that goes on from a checkpoint needs the same file.
struct KeepBest {
  std::filesystem::path path;
  io::Metadata metadata = {};

  void evaluated(const auto& trainer) const {
    if (trainer.progress().evaluations_since_best == 0) io::save(trainer.result(), path, metadata);
  }
  void finished(auto& trainer) const {
    if (math::isnan(trainer.progress().best_score)) return;
    using Model = std::remove_reference_t<decltype(trainer.model())>;
    io::load(trainer.model(), path);
    // The averaged model is what the trainer evaluates, where there is one.
    if (&trainer.result() != &trainer.model()) io::load(const_cast<Model&>(trainer.result()), path);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
