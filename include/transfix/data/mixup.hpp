// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <string>
#include <transfix/core/error.hpp>
#include <transfix/core/mixed.hpp>
#include <transfix/core/random.hpp>
#include <transfix/data/example.hpp>
#include <type_traits>

namespace transfix::inline TRANSFIX_ABI::data {

namespace detail {
/// The logarithm of a number from the gamma distribution (Marsaglia & Tsang 2000).
inline double log_gamma_number(double shape, Random& random) {
  const double d = shape + 1 - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double normal = random.normal(), root = 1 + c * normal, chance = 1 - random.uniform();
    if (root <= 0) continue;
    const double cube = root * root * root;
    if (std::log(chance) < normal * normal / 2 + d * (1 - cube + std::log(cube))) {
      return std::log(d * cube) + std::log(1 - random.uniform()) / shape;
    }
  }
}

/// A number from the distribution Beta(alpha, alpha).
inline double beta_number(double alpha, Random& random) {
  const double first = log_gamma_number(alpha, random);
  return 1 / (1 + std::exp(log_gamma_number(alpha, random) - first));
}

/// An example as a data set has it, drawn where it draws.
template <class Data>
auto drawn(const Data& data, Index number, Random& random) {
  if constexpr (requires { data.example(number, random); }) {
    return data.example(number, random);
  } else {
    return data.example(number);
  }
}
}  // namespace detail

/// Mixup (Zhang et al. 2018; Guo et al. 2019 for text): in training each example comes mixed with another one chosen at
/// random, of which it has a share from the distribution Beta(alpha, alpha); alpha = 0, no mixing. Evaluation has plain
/// examples, of share 1. Inputs and targets are Mixed; the model says by nn::mix what of it is mixed, and the loss is
/// loss::OfMixed<loss::CrossEntropy>. The data set, augmented or not, must outlive this one.
template <class Data>
class Mixup {
 public:
  using Part = std::remove_cvref_t<decltype(std::declval<const Data&>().example(0))>;
  using Input = Mixed<decltype(Part::input)>;
  using Target = Mixed<decltype(Part::target)>;
  using Example = data::Example<Input, Target>;

  /// Two examples and their mix; it stays where it is made.
  class MixedExample {
    using Drawn = decltype(detail::drawn(std::declval<const Data&>(), 0, std::declval<Random&>()));
    Drawn first_, second_;

   public:
    Input input;
    Target target;

    MixedExample(const Data& data, Index first, Index second, double share, Random& random)
        : first_(detail::drawn(data, first, random)),
          second_(detail::drawn(data, second, random)),
          input{first_.input, second_.input, share},
          target{first_.target, second_.target, share} {}
    MixedExample(const MixedExample&) = delete;
    MixedExample& operator=(const MixedExample&) = delete;
  };

  explicit Mixup(const Data& data, double alpha = 0) : data_(&data), alpha_(alpha) {
    if (!(alpha >= 0)) fail("Mixup: alpha is ", std::to_string(alpha), "; it must be 0, which mixes nothing, or more");
  }
  explicit Mixup(const Data&&, double = 0) = delete;  // would not outlive this

  Index size() const { return data_->size(); }
  Example example(Index number) const {
    const auto plain = data_->example(number);
    return {{plain.input, plain.input}, {plain.target, plain.target}};
  }
  MixedExample example(Index number, Random& random) const {
    if (alpha_ == 0) return {*data_, number, number, 1, random};
    const Index other = random.below(size());
    return {*data_, number, other, detail::beta_number(alpha_, random), random};
  }

  Token largest_token() const requires requires(const Data& data) { data.largest_token(); }
  { return data_->largest_token(); }
  decltype(auto) order() const requires requires(const Data& data) { data.order(); }
  { return data_->order(); }

 private:
  const Data* data_;
  double alpha_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
