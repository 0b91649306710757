// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/expression/operation.hpp>
#include <transfix/kernels/softmax.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Over what the gates of the chosen experts are a softmax.
enum class GatesOver {
  chosen,  ///< the chosen experts: they add up to 1 (Mixtral, Jiang et al. 2024)
  all,     ///< all experts; the others' share is lost (Switch, Fedus et al. 2022)
};

namespace rules {
/// p = softmax(x), row by row;  y = p where it is among the `Chosen` largest of its row, 0 elsewhere, divided by the
/// sum of the chosen for GatesOver::chosen.  VJP, with c = 1 where chosen and q = p / sum over chosen of p, or p:
///   chosen: dx = c q (dy - sum(q dy));  all: dx = p (c dy - sum(c p dy))
/// Besides, backward adds the gradient of the penalty for unequal loads (Fedus et al. 2022, equation 4),
///   balance * Experts * sum over experts of f p', f: share of the choices, p': mean of p over rows
template <class X, Index Chosen, GatesOver Over>
struct Gates {
  using Scalar = typename X::Scalar;
  static constexpr Index rows = X::rows, experts = X::columns;
  using Output = Tensor<Scalar, Shape<rows, experts>>;
  struct Saved {
    Buffer<Scalar, rows * experts> probability;
    std::array<Scalar, static_cast<std::size_t>(experts)> load;  // the share of each expert in all choices
  };
  double balance = 0;

  void forward(In<X> x, Out<Output> y, Saved& saved, Context& context) const {
    saved.load = {};
    double penalty = 0;
    for (Index row = 0; row < rows; ++row) {
      Scalar* const p = saved.probability.data + row * experts;
      kernels::softmax_row<experts>(x[row], p);
      std::array<bool, static_cast<std::size_t>(experts)> taken{};
      Scalar sum = 0;
      for (Index choice = 0; choice < Chosen; ++choice) {
        const Index best = largest_left(p, taken);
        taken[static_cast<std::size_t>(best)] = true;
        saved.load[static_cast<std::size_t>(best)] += Scalar(1) / static_cast<Scalar>(rows * Chosen);
        sum += p[best];
      }
      const Scalar scale = Over == GatesOver::chosen && sum > 0 ? 1 / sum : Scalar(1);
      for (Index e = 0; e < experts; ++e) y[row][e] = taken[static_cast<std::size_t>(e)] ? scale * p[e] : Scalar(0);
    }
    for (Index i = 0; i < rows * experts; ++i) {
      penalty += static_cast<double>(saved.probability.data[i] * saved.load[static_cast<std::size_t>(i % experts)]);
    }
    context.penalty += balance * static_cast<double>(experts) / static_cast<double>(rows) * penalty;
  }

  void backward(In<Output> dy, In<Output> y, In<X>, const Saved& saved, Context& context, auto dx) const {
    using One = simd::One<Scalar>;
    const auto scale =
        static_cast<Scalar>(context.share * balance * static_cast<double>(experts) / static_cast<double>(rows));
    for (Index row = 0; row < rows; ++row) {
      const Scalar* const p = saved.probability.data + row * experts;
      Scalar chosen_sum = 0, mean_load = 0;
      for (Index e = 0; e < experts; ++e) {
        chosen_sum += y[row][e] * dy[row][e];
        mean_load += p[e] * saved.load[static_cast<std::size_t>(e)];
      }
      for (Index e = 0; e < experts; ++e) {
        const Scalar weight = Over == GatesOver::chosen ? y[row][e] : p[e];
        const Scalar gradient = y[row][e] * dy[row][e] - weight * chosen_sum;
        const Scalar towards_balance = scale * p[e] * (saved.load[static_cast<std::size_t>(e)] - mean_load);
        dx.add(row, e, One(gradient + towards_balance));
      }
    }
  }

 private:
  static Index largest_left(const Scalar* p, const auto& taken) {
    Index best = -1;
    for (Index e = 0; e < experts; ++e) {
      if (!taken[static_cast<std::size_t>(e)] && (best < 0 || p[e] > p[best])) best = e;
    }
    return best;
  }
};
}  // namespace rules

/// How much each expert counts for each row: [rows, experts] logits of a router -> gates, all but the `Chosen` largest
/// of a row 0. Training adds `balance` times a penalty for experts that get more rows than others.
template <Index Chosen, GatesOver Over = GatesOver::chosen, Operand X>
constexpr auto gates(X&& x, double balance = 0) {
  using Rule = rules::Gates<TensorOf<StoredOf<X>>, Chosen, Over>;
  static_assert(Chosen > 0 && Chosen <= Rule::experts, "gates<Chosen>(x): Chosen must be 1 .. the number of experts");
  return operation_with(Rule{balance}, std::forward<X>(x));
}

}  // namespace transfix::inline TRANSFIX_ABI
