// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/math.hpp>
#include <transfix/kernels/gemm.hpp>
#include <transfix/optim/adamw.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Muon (Jordan et al. 2024): the momentum of a matrix is made orthogonal by five Newton-Schulz steps before it is
/// applied,
///   m = momentum m + g;   u = orthogonal(g + momentum m);   p = p - rate (sqrt(max(1, rows / columns)) u +
///   weight_decay p)
/// for maps from rows to columns. Vectors take AdamW's step, and so should embeddings and heads:
///   Grouped<Muon, "token_embedding.*">{.groups = {{.is_map = false}}}
struct Muon {
  float learning_rate = 0.02f;
  float momentum = 0.95f;
  float weight_decay = 0;
  AdamW others = {.learning_rate = 3e-3f};  ///< its learning rate is divided by Muon's and follows the same schedule

  static constexpr Index moments = AdamW::moments;
  template <class Shape>
  static constexpr bool takes_whole = Shape::rank == 2;
  template <class Shape>
  static constexpr Index state = 0;
  template <class Shape>
  static constexpr Index shorter = std::min(Shape::rows, Shape::columns);
  template <class Shape>
  static constexpr Index longer = std::max(Shape::rows, Shape::columns);

  // The orthogonal matrix is worked on lying: [shorter, longer].
  template <class Shape>
  static constexpr kernels::Product gram{shorter<Shape>, shorter<Shape>, longer<Shape>, longer<Shape>, 1, 1,
                                         longer<Shape>,  shorter<Shape>};
  template <class Shape>
  static constexpr kernels::Product square{
      shorter<Shape>, shorter<Shape>, shorter<Shape>, shorter<Shape>, 1, shorter<Shape>, 1, shorter<Shape>};
  template <class Shape>
  static constexpr kernels::Product turn{
      shorter<Shape>, longer<Shape>, shorter<Shape>, shorter<Shape>, 1, longer<Shape>, 1, longer<Shape>};
  template <class Shape, class Scalar>
  static constexpr Index product_numbers = std::max({kernels::product_scratch<Scalar, gram<Shape>>,
                                                     kernels::product_scratch<Scalar, square<Shape>>,
                                                     kernels::product_scratch<Scalar, turn<Shape>>});
  static constexpr Index line = 64;  // each part starts at a multiple, so that vectors are aligned
  static constexpr Index rounded(Index count) { return (count + line - 1) / line * line; }
  template <class Shape>
  static constexpr Index scratch = 2 * rounded(Shape::size) + 2 * rounded(shorter<Shape>* shorter<Shape>) +
                                   std::max(product_numbers<Shape, float>, product_numbers<Shape, double>);

  template <class Scalar>
  void update(const Update& update, Scalar* parameters, const Scalar* gradients, Scalar* const* moment,
              Index count) const {
    Update of_others = update;
    of_others.rate *= double{others.learning_rate} / double{learning_rate};
    others.update(of_others, parameters, gradients, moment, count);
  }

  template <class Shape, class Scalar>
  void update_whole(const Update& update, Scalar* parameter, const Scalar* gradient, Scalar* const* moment, Scalar*,
                    Scalar* memory) const {
    if (!update.is_map) return this->update(update, parameter, gradient, moment, Shape::size);
    constexpr Index rows = Shape::rows, columns = Shape::columns;
    constexpr bool stands = rows > columns;
    Scalar* const direction = memory;
    double square_sum = 0;
    for (Index row = 0; row < rows; ++row) {
      for (Index column = 0; column < columns; ++column) {
        const Index i = row * columns + column;
        moment[0][i] = static_cast<Scalar>(momentum) * moment[0][i] + gradient[i];
        const Scalar ahead = gradient[i] + static_cast<Scalar>(momentum) * moment[0][i];
        direction[stands ? column * rows + row : i] = ahead;
        square_sum += static_cast<double>(ahead) * static_cast<double>(ahead);
      }
    }
    const auto size = static_cast<Scalar>(1 / (math::sqrt(square_sum) + 1e-7));
    for (Index i = 0; i < Shape::size; ++i) direction[i] *= size;
    orthogonalize<Shape>(direction, memory + rounded(Shape::size));
    const double stretch = math::sqrt(std::max(1.0, static_cast<double>(rows) / static_cast<double>(columns)));
    const auto step = static_cast<Scalar>(update.rate * stretch);
    const auto keep = static_cast<Scalar>(update.decays ? 1 - update.rate * double{weight_decay} : 1);
    for (Index row = 0; row < rows; ++row) {
      for (Index column = 0; column < columns; ++column) {
        const Index i = row * columns + column;
        parameter[i] = parameter[i] * keep - step * direction[stands ? column * rows + row : i];
      }
    }
  }

  /// Moves all singular values of x, a [shorter, longer] matrix of norm 1, towards 1: x = a x + (b x x^T + c (x x^T)^2)
  /// x.
  template <class Shape, class Scalar>
  static void orthogonalize(Scalar* x, Scalar* memory) {
    constexpr Index small = shorter<Shape> * shorter<Shape>;
    constexpr double a = 3.4445, b = -4.7750, c = 2.0315;
    Scalar* const turned = memory;
    Scalar* const product = turned + rounded(Shape::size);
    Scalar* const mixed = product + rounded(small);
    Scalar* const scratch_of_products = mixed + rounded(small);
    for (int step = 0; step < 5; ++step) {
      kernels::multiply<Scalar, gram<Shape>>(x, x, product, false, scratch_of_products);
      kernels::multiply<Scalar, square<Shape>>(product, product, mixed, false, scratch_of_products);
      for (Index i = 0; i < small; ++i) {
        mixed[i] = static_cast<Scalar>(b) * product[i] + static_cast<Scalar>(c) * mixed[i];
      }
      kernels::multiply<Scalar, turn<Shape>>(mixed, x, turned, false, scratch_of_products);
      for (Index i = 0; i < Shape::size; ++i) x[i] = static_cast<Scalar>(a) * x[i] + turned[i];
    }
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
