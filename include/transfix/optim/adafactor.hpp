// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/core/math.hpp>
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Adafactor (Shazeer & Stern 2018), without momentum: of the second moment of a matrix it keeps means over rows and
/// over columns only, so that a matrix [m, n] costs m + n numbers. Vectors have a whole second moment in the same
/// place.
///   v_ij = r_i c_j / mean(r),  r, c: moving means of g^2 + tiny with decay 1 - t^-0.8
///   u = g / sqrt(v);  u = u / max(1, rms(u) / clip);  p = p - rate max(floor, rms(p)) (u + weight_decay p / max(floor,
///   rms(p)))
/// The learning rate is relative to the size of a parameter; 1e-2 is usual, with an inverse-square-root schedule.
struct Adafactor {
  float learning_rate = 1e-2f;
  float decay_power = 0.8f;
  float clip = 1;
  float floor = 1e-3f;
  float weight_decay = 0;

  static constexpr Index moments = 0;
  template <class Shape>
  static constexpr bool takes_whole = true;
  template <class Shape>
  static constexpr bool factored = Shape::rank >= 2;
  template <class Shape>
  static constexpr Index state = factored<Shape> ? Shape::rows + Shape::columns : Shape::size;
  template <class Shape>
  static constexpr Index scratch = Shape::size;

  template <class Shape, class Scalar>
  void update_whole(const Update& update, Scalar* parameter, const Scalar* gradient, Scalar* const*,
                    Scalar* second_moment, Scalar* direction) const {
    constexpr Index rows = Shape::rows, columns = Shape::columns;
    const double mixed = math::pow(static_cast<double>(update.step + 1), -double{decay_power}), tiny = 1e-30;
    double square_of_direction = 0, square_of_parameter = 0;
    const auto move = [&](Scalar& mean, double value) {
      mean = static_cast<Scalar>((1 - mixed) * static_cast<double>(mean) + mixed * value);
    };
    if constexpr (factored<Shape>) {
      Scalar* const of_rows = second_moment;
      Scalar* const of_columns = second_moment + rows;
      for (Index column = 0; column < columns; ++column) direction[column] = 0;  // here: sums of columns
      double mean_of_rows = 0;
      for (Index row = 0; row < rows; ++row) {
        double sum = 0;
        for (Index column = 0; column < columns; ++column) {
          const double g = static_cast<double>(gradient[row * columns + column]), square = g * g + tiny;
          sum += square;
          direction[column] += static_cast<Scalar>(square);
        }
        move(of_rows[row], sum / static_cast<double>(columns));
        mean_of_rows += static_cast<double>(of_rows[row]) / static_cast<double>(rows);
      }
      for (Index column = 0; column < columns; ++column) {
        move(of_columns[column], static_cast<double>(direction[column]) / static_cast<double>(rows));
      }
      for (Index row = 0; row < rows; ++row) {
        const double of_row = math::sqrt(mean_of_rows / static_cast<double>(of_rows[row]));
        for (Index column = 0; column < columns; ++column) {
          const Index i = row * columns + column;
          const double u =
              static_cast<double>(gradient[i]) * of_row / math::sqrt(static_cast<double>(of_columns[column]));
          direction[i] = static_cast<Scalar>(u);
          square_of_direction += u * u;
        }
      }
    } else {
      for (Index i = 0; i < Shape::size; ++i) {
        const double g = static_cast<double>(gradient[i]);
        move(second_moment[i], g * g + tiny);
        const double u = g / math::sqrt(static_cast<double>(second_moment[i]));
        direction[i] = static_cast<Scalar>(u);
        square_of_direction += u * u;
      }
    }
    for (Index i = 0; i < Shape::size; ++i) {
      square_of_parameter += static_cast<double>(parameter[i]) * static_cast<double>(parameter[i]);
    }
    const double size = static_cast<double>(Shape::size);
    const double excess = std::max(1.0, math::sqrt(square_of_direction / size) / double{clip});
    const double relative = std::max(double{floor}, math::sqrt(square_of_parameter / size));
    const auto step = static_cast<Scalar>(update.rate * relative / excess);
    const auto keep = static_cast<Scalar>(update.decays ? 1 - update.rate * double{weight_decay} : 1);
    for (Index i = 0; i < Shape::size; ++i) parameter[i] = parameter[i] * keep - step * direction[i];
  }

  // All parameters are taken whole.
  template <class Scalar>
  static void update(const Update&, Scalar*, const Scalar*, Scalar* const*, Index) {}
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
