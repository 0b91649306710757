// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <transfix/io/path_text.hpp>
#include <transfix/loss/cross_entropy.hpp>
#include <transfix/train/trainer.hpp>

namespace support {

/// How much the last of `steps` steps moves each parameter of a model, by its name.
template <class Model, class Optimizer>
std::map<std::string, double> moves(const Optimizer& optimizer, const auto& data, int steps = 1) {
  using namespace transfix;
  Trainer<Model, loss::CrossEntropy, Optimizer> trainer(optimizer, {.steps = steps, .clip_norm = 0});
  for (int step = 1; step < steps; ++step) trainer.step(data);
  const auto before = std::make_unique<Model>(trainer.model());
  trainer.step(data);
  std::map<std::string, double> found;
  auto* const old = reinterpret_cast<const float*>(before.get());
  auto* const first = reinterpret_cast<const float*>(&trainer.model());
  for_each_parameter(trainer.model(), [&](const Path& path, auto& parameter) {
    double& sum = found[io::detail::written(path)];
    for (const float& number : numbers(parameter)) sum += std::abs(double{number} - double{old[&number - first]});
  });
  return found;
}

}  // namespace support
