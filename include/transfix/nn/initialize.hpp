// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <numbers>
#include <transfix/core/members.hpp>
#include <transfix/core/random.hpp>
#include <transfix/simd/batch.hpp>

namespace transfix::inline TRANSFIX_ABI {

template <class Shape, class Stored>
void fill(Parameter<Shape, Stored>& parameter, double value) {
  for (auto& number : numbers(parameter)) number = static_cast<Computed<Stored>>(value);
}

/// Normal numbers with mean 0, those that random.normal() would give, several at a time.
template <class Shape, class Stored>
void fill_normal(Parameter<Shape, Stored>& parameter, Random& random, double deviation) {
  constexpr Index together = std::min(Index{64}, Shape::size);
  std::array<double, 2 * std::size_t{together}> drawn;
  std::array<double, std::size_t{together}> radius, angle;
  auto place = numbers(parameter).begin();
  for (Index left = Shape::size; left > 0; left -= together) {
    const Index count = std::min(together, left);
    random.uniforms(std::span(drawn).first(2 * static_cast<std::size_t>(count)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      radius[i] = 1 - drawn[2 * i];
      angle[i] = 2 * std::numbers::pi * drawn[2 * i + 1];
    }
    simd::for_each_lane<double>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      const Vector length = sqrt(Vector(-2) * log(simd::load<Vector>(radius.data() + i)));
      simd::store(Vector(deviation) * length * cos(simd::load<Vector>(angle.data() + i)), radius.data() + i);
    });
    place = std::transform(radius.begin(), radius.begin() + count, place,
                           [](double number) { return static_cast<Computed<Stored>>(number); });
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
