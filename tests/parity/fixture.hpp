// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <transfix/io/path_text.hpp>
#include <transfix/testing.hpp>
#include <type_traits>
#include <vector>

// What PyTorch computes, written by write_fixtures.py, and what we compute from the same numbers.

namespace parity {
using namespace transfix;

/// One case of a fixture: what a layer of one shape is given, and what PyTorch makes of it.
class Fixture {
 public:
  using Extents = std::vector<Index>;

  Fixture(const std::string& layer, const std::string& shape);

  /// The numbers of a tensor, which must have the given extents.
  const std::vector<double>& numbers(const std::string& name, const Extents& extents) const;
  template <class Shape, class Scalar>
  std::vector<Scalar> numbers(const std::string& name) const {
    const auto& found = numbers(name, extents_of(Shape{}));
    return {found.begin(), found.end()};
  }
  std::vector<Token> tokens(const std::string& name) const;

  /// How many tensors have names that begin so.
  Index count(const std::string& beginning) const;

  /// The largest difference from the numbers of PyTorch, measured against the largest of them.
  double error(const std::string& name, const Extents& extents, const std::vector<double>& found) const;
  void check(const std::string& name, const Extents& extents, const std::vector<double>& found, double bound) const;
  template <class Scalar>
  void check(const std::string& name, const Extents& extents, const Scalar* found) const {
    Index size = 1;
    for (const Index extent : extents) size *= extent;
    check(name, extents, {found, found + size}, std::is_same_v<Scalar, double> ? 1e-9 : 1e-4);
  }
  template <class Shape>
  void check(const std::string& name, const auto* found) const {
    check(name, extents_of(Shape{}), found);
  }

  template <Index... Numbers>
  static Extents extents_of(Shape<Numbers...>) {
    return {Numbers...};
  }

 private:
  struct Tensor {
    Extents extents;
    std::vector<double> numbers;
  };
  const Tensor& tensor(const std::string& name) const;

  std::string label_;
  std::map<std::string, Tensor> tensors_;
};

/// A parameter, and the place for its gradient.
template <class Scalar>
struct TrainedNumbers {
  std::string name;
  Fixture::Extents extents;
  Scalar *numbers, *gradient;
};

/// One function for all parameters of all layers.
template <class Scalar>
void add(const Path& path, std::span<const Index> extents, Scalar* numbers, Scalar* gradient,
         std::vector<TrainedNumbers<Scalar>>& to) {
  to.push_back({io::detail::written(path), {extents.begin(), extents.end()}, numbers, gradient});
}

/// The numbers of a fixture become those of the parameters, and their gradients zero.
template <class Scalar>
void read(const Fixture& fixture, const std::vector<TrainedNumbers<Scalar>>& parameters) {
  for (const auto& parameter : parameters) {
    const auto& numbers = fixture.numbers("parameters." + parameter.name, parameter.extents);
    std::transform(numbers.begin(), numbers.end(), parameter.numbers,
                   [](double number) { return static_cast<Scalar>(number); });
    std::fill_n(parameter.gradient, numbers.size(), Scalar(0));
  }
}

template <class Scalar>
void check_gradients(const Fixture& fixture, const std::vector<TrainedNumbers<Scalar>>& parameters) {
  for (const auto& parameter : parameters) {
    fixture.check("parameter_gradients." + parameter.name, parameter.extents, parameter.gradient);
  }
  CHECK(static_cast<Index>(parameters.size()) == fixture.count("parameter_gradients."));
}

/// A layer with the parameters of a fixture, its inputs, and places for the gradients of both.
template <class Scalar, class Layer, class... Shapes>
class Numbers {
 public:
  Numbers(const Fixture& fixture, const Layer& given)
      : fixture_(fixture),
        layer_(std::make_unique<Layer>(given)),
        gradients_of_layer_(std::make_unique<Layer>(given)),
        gradients_{std::vector<Scalar>(static_cast<std::size_t>(Shapes::size))...} {
    for_each_input([&]<class Shape>(std::size_t number, Shape) {
      inputs_[number] = fixture.numbers<Shape, Scalar>("inputs." + std::to_string(number));
    });
    if constexpr (testing::detail::has_parameters<Layer>) {
      const Context trained = context();
      for_each_parameter(
          *layer_, [&]<Index... Extents, class S>(const Path& path, Parameter<Shape<Extents...>, S>& parameter) {
            add(path, std::array{Extents...}, parameter.data, trained.gradient_of(parameter.data), parameters_);
          });
    }
    read(fixture, parameters_);
  }

  Context context() const {
    Context context;
    context.gradient_offset =
        reinterpret_cast<std::byte*>(gradients_of_layer_.get()) - reinterpret_cast<std::byte*>(layer_.get());
    return context;
  }

  /// call(layer, inputs...)
  auto apply(const auto& call) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return call(std::as_const(*layer_), Name<Scalar, Shapes>(inputs_[I].data(), gradients_[I].data())...);
    }
    (std::index_sequence_for<Shapes...>{});
  }

  void check_gradients() {
    for_each_input([&]<class Shape>(std::size_t number, Shape) {
      fixture_.check<Shape>("input_gradients." + std::to_string(number), gradients_[number].data());
    });
    parity::check_gradients(fixture_, parameters_);
    CHECK(Index{sizeof...(Shapes)} == fixture_.count("input_gradients."));
  }

 private:
  static void for_each_input(auto&& function) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (function(I, Shapes{}), ...); }
    (std::index_sequence_for<Shapes...>{});
  }

  const Fixture& fixture_;
  std::unique_ptr<Layer> layer_, gradients_of_layer_;
  std::vector<TrainedNumbers<Scalar>> parameters_;
  std::array<std::vector<Scalar>, sizeof...(Shapes)> inputs_, gradients_;
};

/// Compares the output of call(layer, inputs...), and the gradients of its sum with the upstream numbers as weights.
template <class Scalar, class... Shapes, class Layer>
void check_call(const Fixture& fixture, const Layer& layer, auto call) {
  Numbers<Scalar, Layer, Shapes...> numbers(fixture, layer);
  testing::Pass pass([&] { return numbers.apply(call); }, numbers.context());
  using E = typename decltype(pass)::E;
  using Output = Shape<E::Shape::rows, E::Shape::columns>;
  static_assert(is_dense<typename E::Shape, typename E::Strides>, "PyTorch's numbers lie without gaps");
  fixture.check<Output>("output", pass.forward());
  pass.backward(fixture.numbers<Output, Scalar>("upstream").data());
  numbers.check_gradients();
}

/// The same for layer(inputs...) or, without parameters, function(inputs...).
template <class Scalar, class Layer, class... Shapes>
void check_layer(const Fixture& fixture, const Layer& layer, Shapes...) {
  check_call<Scalar, Shapes...>(fixture, layer,
                                [](const auto& function, auto... inputs) { return function(inputs...); });
}

/// Compares the loss call(layer, inputs...) and its gradients.
template <class Scalar, class... Shapes, class Layer>
void check_loss(const Fixture& fixture, const Layer& layer, auto call) {
  Numbers<Scalar, Layer, Shapes...> numbers(fixture, layer);
  using Root = decltype(numbers.apply(call));
  Storage tape(Index{sizeof(typename Root::Tape)}), workspace(Root::workspace);
  Context context = numbers.context();
  context.workspace = workspace.data();
  const auto loss = static_cast<Scalar>(
      numbers.apply(call).train(*reinterpret_cast<typename Root::Tape*>(tape.data()), context, Scalar(1)));
  fixture.check<Shape<1>>("output", &loss);
  numbers.check_gradients();
}

}  // namespace parity
