// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/members.hpp>
#include <transfix/simd/batch.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Linear passes over all numbers of a model, cut into a fixed number of stretches.
struct GradientPass {
  static constexpr Index stretches = 64;

  struct Range {
    Index begin, end;
  };

  /// Calls function(number, range) for the stretches of one thread.
  template <class Scalar>
  static void for_each_stretch(std::size_t bytes, Index thread, Index threads, auto&& function) {
    constexpr Index line = static_cast<Index>(64 / sizeof(Scalar));
    const Index lines = (static_cast<Index>(bytes / sizeof(Scalar)) + line - 1) / line;
    const Index scalars = static_cast<Index>(bytes / sizeof(Scalar));
    for (Index number = stretches * thread / threads; number < stretches * (thread + 1) / threads; ++number) {
      function(number, Range{std::min(scalars, lines * number / stretches * line),
                             std::min(scalars, lines * (number + 1) / stretches * line)});
    }
  }

  /// Adds all shards to the first, in order, and clears the others. Returns the sum of the squares.
  template <class Scalar>
  static double add_shards(Scalar* const* shards, Index count, Range range) {
    simd::Batch<Scalar> squares(Scalar(0));
    Scalar rest = 0;
    simd::for_each_lane<Scalar>(range.begin, range.end, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      Vector sum = simd::load<Vector>(shards[0] + i);
      for (Index shard = 1; shard < count; ++shard) {
        sum += simd::load<Vector>(shards[shard] + i);
        simd::store(Vector(Scalar(0)), shards[shard] + i);
      }
      if (count > 1) simd::store(sum, shards[0] + i);
      if constexpr (Vector::size == simd::Batch<Scalar>::size) {
        squares = simd::multiply_add(sum, sum, squares);
      } else {
        rest += sum.value * sum.value;
      }
    });
    return static_cast<double>(simd::sum_of_lanes(squares)) + static_cast<double>(rest);
  }

  /// Scales the gradients of a stretch, hands them to the optimizer parameter by parameter, and clears them.
  template <class Model, class Scalar, class Optimizer>
  static void update(Model& model, Scalar* gradients, Scalar* const* moments, Range range, Scalar factor,
                     const Optimizer& optimizer, Index step, double rate) {
    auto* const first = reinterpret_cast<Scalar*>(&model);
    simd::for_each_lane<Scalar>(range.begin, range.end, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      simd::store(simd::load<Vector>(gradients + i) * Vector(factor), gradients + i);
    });
    for_each_parameter(model, [&]<class Shape, class Stored>(const Path&, Parameter<Shape, Stored>& parameter) {
      if constexpr (Parameter<Shape, Stored>::trained) {
        const Index offset = parameter.data - first;
        const Index begin = std::max(range.begin, offset), end = std::min(range.end, offset + Shape::size);
        if (begin >= end) return;
        Scalar* moments_here[std::max(Optimizer::moments, Index{1})];
        for (Index moment = 0; moment < Optimizer::moments; ++moment) moments_here[moment] = moments[moment] + begin;
        optimizer.update(step, rate, Shape::rank >= 2, first + begin, gradients + begin, moments_here, end - begin);
      }
    });
    std::fill(gradients + range.begin, gradients + range.end, Scalar(0));
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
