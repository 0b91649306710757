// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <transfix/core/members.hpp>
#include <transfix/kernels/normals.hpp>

namespace transfix::inline TRANSFIX_ABI {

template <class Shape, class Stored>
void fill(Parameter<Shape, Stored>& parameter, double value) {
  for (auto& number : numbers(parameter)) number = static_cast<Computed<Stored>>(value);
}

/// Normal numbers with mean 0.
template <class Shape, class Stored>
void fill_normal(Parameter<Shape, Stored>& parameter, Random& random, double deviation) {
  std::array<double, 64> drawn;
  std::span<Computed<Stored>> place = numbers(parameter);
  while (!place.empty()) {
    const std::size_t count = std::min(place.size(), drawn.size());
    kernels::normals(random, std::span(drawn).first(count));
    for (std::size_t i = 0; i < count; ++i) place[i] = static_cast<Computed<Stored>>(deviation * drawn[i]);
    place = place.subspan(count);
  }
}

/// The standard deviation that weights start with.
struct InitialScale {
  double deviation = 0.02;
};

/// Gives every part of a model its first numbers, in memory order: by its own `initialize(random, scale)`
/// where it has one, otherwise part by part.
template <class Model>
void initialize(Model& model, Random& random, InitialScale scale = {}) {
  if constexpr (requires { model.initialize(random, scale); }) {
    model.initialize(random, scale);
  } else if constexpr (is_parameter<Model>) {
    fill_normal(model, random, scale.deviation);
  } else {
    for_each_part(model, Path{}, [&](const Path&, auto& part) { initialize(part, random, scale); });
  }
}

}  // namespace transfix::inline TRANSFIX_ABI
