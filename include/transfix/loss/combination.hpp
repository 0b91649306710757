// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <transfix/expression/results.hpp>
#include <transfix/loss/row_loss.hpp>

namespace transfix::inline TRANSFIX_ABI {

namespace detail {

/// factor_a * a + factor_b * b, for two losses of one example.
template <class A, class B>
struct SumOfLosses : Computation<SumOfLosses<A, B>> {
  using Scalar = typename A::Scalar;
  static constexpr bool differentiable = A::differentiable || B::differentiable;
  static constexpr Index workspace = std::max(A::workspace, B::workspace);
  struct Tape {
    typename A::Tape a;
    typename B::Tape b;
  };
  A a;
  B b;
  double factor_a, factor_b;

  constexpr SumOfLosses(A given_a, B given_b, double given_factor_a, double given_factor_b)
      : a(std::move(given_a)), b(std::move(given_b)), factor_a(given_factor_a), factor_b(given_factor_b) {}

  double evaluate(Tape& tape, Context& context) const {
    const double of_a = a.evaluate(tape.a, context);
    return factor_a * of_a + factor_b * b.evaluate(tape.b, context);
  }
  double train(Tape& tape, Context& context, Scalar factor) const {
    const double of_a = a.train(tape.a, context, factor * static_cast<Scalar>(factor_a));
    return factor_a * of_a + factor_b * b.train(tape.b, context, factor * static_cast<Scalar>(factor_b));
  }
};
}  // namespace detail

namespace loss {

/// Two losses added, each by its factor; written `0.5 * a + b`. The loss of an example is the sum of the means of its
/// losses, and that of a batch the mean over examples. Where the target is a Pair each loss gets its own, and where the
/// model has two results each gets its own, too.
template <class A, class B>
struct Sum {
  A a;
  B b;
  double factor_a = 1, factor_b = 1;

  template <Expression Outputs, class Target>
  constexpr auto operator()(Outputs&& outputs, Target target) const {
    using E = std::remove_cvref_t<Outputs>;
    if constexpr (is_results<E>) {
      return add(std::move(get<0>(outputs.results)), std::move(get<1>(outputs.results)), target);
    } else if constexpr (is_let_results<E>) {
      return transfix::detail::let_loss(
          std::move(outputs.bound),
          [self = *this, target, body = std::move(outputs.body)](auto name) { return self(body(name), target); });
    } else {
      return transfix::detail::let_loss(own(std::forward<Outputs>(outputs)),
                                        [self = *this, target](auto name) { return self.add(name, name, target); });
    }
  }

  /// An example counts once.
  static constexpr double weight(const auto&) { return 1; }

 private:
  template <class Target>
  static constexpr auto first(Target target) {
    if constexpr (requires { target.first; }) {
      return target.first;
    } else {
      return target;
    }
  }
  template <class Target>
  static constexpr auto second(Target target) {
    if constexpr (requires { target.second; }) {
      return target.second;
    } else {
      return target;
    }
  }
  static double share(double factor, double weight) { return weight > 0 ? factor / weight : 0; }

  constexpr auto add(auto outputs_a, auto outputs_b, auto target) const {
    const auto target_a = first(target);
    const auto target_b = second(target);
    auto loss_a = a(std::move(outputs_a), target_a);
    auto loss_b = b(std::move(outputs_b), target_b);
    return transfix::detail::SumOfLosses<decltype(loss_a), decltype(loss_b)>(
        std::move(loss_a), std::move(loss_b), share(factor_a, a.weight(target_a)), share(factor_b, b.weight(target_b)));
  }
};

/// A loss times a factor, on the way to a sum.
template <class Loss>
struct Scaled {
  Loss loss;
  double factor;
};
template <class Loss>
constexpr Scaled<Loss> operator*(double factor, Loss loss) {
  return {loss, factor};
}
template <class A, class B>
constexpr Sum<A, B> operator+(Scaled<A> a, Scaled<B> b) {
  return {a.loss, b.loss, a.factor, b.factor};
}
template <class A, class B>
constexpr Sum<A, B> operator+(Scaled<A> a, B b) {
  return {a.loss, b, a.factor, 1};
}
template <class A, class B>
constexpr Sum<A, B> operator+(A a, Scaled<B> b) {
  return {a, b.loss, 1, b.factor};
}

}  // namespace loss
}  // namespace transfix::inline TRANSFIX_ABI
