// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <transfix/core/storage.hpp>
#include <transfix/expression/stored.hpp>
#include <transfix/nn/initialize.hpp>
#include <type_traits>
#include <vector>

// The tools that transfix tests its own operations and layers with.

namespace transfix::inline TRANSFIX_ABI::testing {

/// One expression with its tape and workspace, to run forward and backward by hand.
///   Pass pass([&] { return softmax(x); });
template <class Make>
class Pass {
 public:
  using E = decltype(store(std::declval<const Make&>()()));
  using Scalar = typename E::Scalar;
  static constexpr Index workspace_bytes = E::open_bytes + std::max(E::forward_bytes, E::close_bytes);

  explicit Pass(Make make, Context context = {})
      : make_(std::move(make)), context_(context), tape_(Index{sizeof(typename E::Tape)}), workspace_(workspace_bytes) {
    context_.workspace = workspace_.data();
    std::memset(workspace_.data(), 0xff,
                static_cast<std::size_t>(workspace_bytes));  // NaN: nothing may be read unwritten
  }

  /// The result, row-major or with the strides of the expression.
  const Scalar* forward() {
    Context context = context_;
    const auto expression = store(make_());
    expression.forward(tape(), context);
    forward_is_new_ = true;
    return expression.value(tape());
  }

  /// Gradients of the sum of weights times result, added where leaves have theirs. Call forward first; if called again
  /// after it, works forward again, as a backward pass may write over what the tape holds.
  void backward(const Scalar* weights) {
    if (!forward_is_new_) forward();
    forward_is_new_ = false;
    Context context = context_;
    const auto expression = store(make_());
    expression.open(tape(), context);
    std::copy(weights, weights + E::span, expression.gradient(tape(), context));
    expression.close(tape(), context);
  }

  typename E::Tape& tape() { return *reinterpret_cast<typename E::Tape*>(tape_.data()); }

 private:
  Make make_;
  Context context_;
  Storage tape_, workspace_;
  bool forward_is_new_ = false;
};

namespace detail {
/// Compares gradients with central differences; remembers the worst relative error, measured against the
/// larger of the gradient itself and the typical size of its tensor. Its code is the same for all functions.
class Comparison {
 public:
  Comparison() = default;
  /// Where terms of the loss cancel each other: the sum of their absolute values.
  explicit Comparison(double magnitude) : magnitude_(magnitude) {}

  /// The gradients of loss() in as many numbers, which are changed one at a time meanwhile.
  void compare(std::span<const double> gradients, double* numbers, const std::function<double()>& loss) {
    double square = 0;
    for (const double gradient : gradients) square += gradient * gradient;
    const double typical = std::sqrt(square / static_cast<double>(gradients.size()));
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      double& number = numbers[i];
      const double before = number, step = 1e-4 * std::max(1.0, std::abs(before));
      const auto at = [&](double offset) {
        number = before + offset;
        return loss();
      };
      // The five-point formula, with an error of the fourth order in the step.
      const double right = at(step);
      const double difference = (8 * (right - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      number = before;
      // A gradient of 0 is known only as well as the rounding of the loss allows.
      const double rounding = std::numeric_limits<double>::epsilon() * std::max(magnitude_, std::abs(right)) / step;
      const double scale = std::max({std::abs(difference), std::abs(gradients[i]), typical, 1e-6, 4e6 * rounding});
      const double error = std::abs(difference - gradients[i]) / scale;
      worst_ = error <= worst_ ? worst_ : std::isnan(error) ? INFINITY : error;
    }
  }
  double worst() const { return worst_; }

 private:
  double magnitude_ = 0, worst_ = 0;
};

template <class Function>
inline constexpr bool has_parameters = [] {
  if constexpr (std::is_aggregate_v<Function> && !std::is_empty_v<Function>) {
    return parameter_count<Function> > 0;
  } else {
    return false;
  }
}();
template <class Function>
inline constexpr Index frozen_bytes_of = [] {
  if constexpr (has_parameters<Function>) {
    return frozen_bytes<Function>;
  } else {
    return Index{0};
  }
}();
}  // namespace detail

/// The worst relative error of the gradients of function(x...) in all inputs x of the given shapes, and in
/// all parameters where the function is a layer, against central differences in double. Numbers are
/// random; below 1e-6 is right.
///   CHECK(gradient_error(layer, Shape<5, 16>{}) < 1e-6);
template <class Function, class... Shapes>
double gradient_error(const Function& given, Context context = {}, Shapes...) {
  auto function = std::make_unique<Function>(given);
  auto gradients_of_function = std::make_unique<Function>(given);
  Storage frozen(detail::frozen_bytes_of<Function>);
  Random random(7);
  std::array<std::vector<double>, sizeof...(Shapes)> inputs = {
      std::vector<double>(static_cast<std::size_t>(Shapes::size))...};
  std::array<std::vector<double>, sizeof...(Shapes)> gradients = {
      std::vector<double>(static_cast<std::size_t>(Shapes::size))...};
  for (auto& input : inputs) {
    for (double& number : input) number = random.normal();
  }
  const auto make = [&] {
    return [&]<Index... I>(std::integer_sequence<Index, I...>) {
      return std::as_const(*function)(Name<double, Shapes>(inputs[I].data(), gradients[I].data())...);
    }
    (std::make_integer_sequence<Index, Index{sizeof...(Shapes)}>{});
  };
  std::vector<std::span<double>> trained;  // the numbers of each parameter that has gradients
  if constexpr (detail::has_parameters<Function>) {
    place_frozen(*function, frozen.data());
    for_each_parameter(*function, [&]<class Shape, class Stored>(const Path&, Parameter<Shape, Stored>& parameter) {
      fill_normal(parameter, random, 0.5);
      if constexpr (Parameter<Shape, Stored>::trained)
        trained.emplace_back(parameter.data, static_cast<std::size_t>(Shape::size));
    });
    context.gradient_offset =
        reinterpret_cast<std::byte*>(gradients_of_function.get()) - reinterpret_cast<std::byte*>(function.get());
  }
  const auto gradients_of = [&](std::span<double> numbers) {
    auto* const place = reinterpret_cast<std::byte*>(numbers.data()) + context.gradient_offset;
    return std::span(reinterpret_cast<double*>(place), numbers.size());
  };
  for (const auto numbers : trained) std::ranges::fill(gradients_of(numbers), 0.0);
  Pass pass(make, context);
  using E = typename decltype(pass)::E;
  std::vector<double> weights(static_cast<std::size_t>(E::span));
  for (double& weight : weights) weight = random.normal();
  const auto loss = [&] {
    const double* const changed = pass.forward();
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * changed[i];
    return sum;
  };
  const double* const result = pass.forward();
  double magnitude = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) magnitude += std::abs(weights[i] * result[i]);
  pass.backward(weights.data());
  detail::Comparison comparison(magnitude);
  for (std::size_t i = 0; i < sizeof...(Shapes); ++i) comparison.compare(gradients[i], inputs[i].data(), loss);
  for (const auto numbers : trained) comparison.compare(gradients_of(numbers), numbers.data(), loss);
  return comparison.worst();
}

template <class Function, class First, class... Shapes>
double gradient_error(const Function& function, First first, Shapes... shapes) {
  return gradient_error(function, Context{}, first, shapes...);
}

}  // namespace transfix::inline TRANSFIX_ABI::testing
