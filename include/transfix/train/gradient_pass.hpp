// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/members.hpp>
#include <transfix/optim/update.hpp>
#include <transfix/simd/batch.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {
template <class Optimizer>
struct TakenWhole {
  template <class Parameter>
  static constexpr Index of = Parameter::trained&& optim::takes_whole<Optimizer, typename Parameter::Shape>;
};
template <class Optimizer>
struct StateOf {
  template <class Parameter>
  static constexpr Index of = Parameter::trained ? optim::state_of<Optimizer, typename Parameter::Shape> : 0;
};
template <class Optimizer>
struct ScratchOf {
  template <class Parameter>
  static constexpr Index of = Parameter::trained ? optim::scratch_of<Optimizer, typename Parameter::Shape> : 0;
};
}  // namespace detail

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

  /// Scales the gradients of a stretch, hands them to the optimizer parameter by parameter, and clears them. Parameters
  /// that the optimizer takes whole are only scaled.
  template <class Model, class Scalar, class Optimizer>
  static void update(Model& model, Scalar* gradients, Scalar* const* moments, Range range, Scalar factor,
                     const Optimizer& optimizer, Index step, double rate) {
    auto* const first = reinterpret_cast<Scalar*>(&model);
    // One function for parameters of all shapes, in pieces that stay in the first cache from the scaling to the
    // clearing.
    const auto update_part = [&]<bool Whole>(std::bool_constant<Whole>, const Path& path, Index offset, Index size,
                                             bool decays) __attribute__((noinline)) {
      const Index part_end = std::min(range.end, offset + size);
      Index begin = std::max(range.begin, offset);
      if (begin >= part_end) return;
      const optim::Update update = told(optimizer, path, step, rate, decays);
      for (; begin < part_end; begin += piece) {
        const Index count = std::min(piece, part_end - begin);
        if (factor != Scalar(1)) scale(gradients + begin, count, factor);
        if constexpr (!Whole) {
          Scalar* moments_here[at_least_one<Optimizer::moments>] = {};
          for (Index moment = 0; moment < Optimizer::moments; ++moment) moments_here[moment] = moments[moment] + begin;
          optimizer.update(update, first + begin, gradients + begin, moments_here, count);
          std::fill(gradients + begin, gradients + begin + count, Scalar(0));
        }
      }
    };
    for_each_trained(model, [&]<class Shape>(const Path& path, Shape, Scalar* parameter) {
      update_part(std::bool_constant<optim::takes_whole<Optimizer, Shape>>(), path, parameter - first, Shape::size,
                  Shape::rank >= 2);
    });
  }

  /// Whether the optimizer takes some parameter of the model whole.
  template <class Model, class Optimizer>
  static constexpr bool takes_some_whole = detail::fold_parameters<Model, detail::TakenWhole<Optimizer>>() > 0;
  /// How many numbers it keeps for such parameters, and the most that it needs while it works on one.
  template <class Model, class Optimizer>
  static constexpr Index state = detail::fold_parameters<Model, detail::StateOf<Optimizer>>();
  template <class Model, class Optimizer>
  static constexpr Index scratch = detail::fold_parameters<Model, detail::ScratchOf<Optimizer>, detail::Largest>();

  /// The same for the parameters that the optimizer takes whole: every `threads`th of them, from number `thread` on.
  template <class Model, class Scalar, class Optimizer>
  static void update_whole(Model& model, Scalar* gradients, Scalar* const* moments, Scalar* states,
                           Scalar* scratch_memory, Index thread, Index threads, const Optimizer& optimizer, Index step,
                           double rate) {
    auto* const first = reinterpret_cast<Scalar*>(&model);
    Index number = 0;
    for_each_trained(model, [&]<class Shape>(const Path& path, Shape, Scalar* parameter) {
      if constexpr (optim::takes_whole<Optimizer, Shape>) {
        Scalar* const state_of_parameter = std::exchange(states, states + optim::state_of<Optimizer, Shape>);
        if (number++ % threads != thread) return;
        const Index begin = parameter - first;
        Scalar* moments_here[at_least_one<Optimizer::moments>] = {};
        for (Index moment = 0; moment < Optimizer::moments; ++moment) moments_here[moment] = moments[moment] + begin;
        optimizer.template update_whole<Shape>(told(optimizer, path, step, rate, Shape::rank >= 2), parameter,
                                               gradients + begin, moments_here, state_of_parameter, scratch_memory);
        std::fill(gradients + begin, gradients + begin + Shape::size, Scalar(0));
      }
    });
  }

 private:
  static constexpr Index piece = 1024;

  template <class Scalar>
  static void scale(Scalar* numbers, Index count, Scalar factor) {
    simd::for_each_lane<Scalar>(0, count, [&](auto tag, Index i) {
      using Vector = decltype(tag);
      simd::store(simd::load<Vector>(numbers + i) * Vector(factor), numbers + i);
    });
  }

  template <Index Count>
  static constexpr Index at_least_one = Count > 0 ? Count : 1;

  template <class Model>
  static void for_each_trained(Model& model, auto&& function) {
    for_each_parameter(model, [&]<class Shape, class Stored>(const Path& path, Parameter<Shape, Stored>& parameter) {
      if constexpr (Parameter<Shape, Stored>::trained) function(path, Shape{}, parameter.data);
    });
  }

  template <class Optimizer>
  static optim::Update told(const Optimizer& optimizer, const Path& path, Index step, double rate, bool decays) {
    optim::Update update{.step = step, .rate = rate, .decays = decays};
    if constexpr (requires { optimizer.adjust(update, path); }) optimizer.adjust(update, path);
    return update;
  }
};

}  // namespace transfix::inline TRANSFIX_ABI
