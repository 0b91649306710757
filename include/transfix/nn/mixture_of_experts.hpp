// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/expression/route.hpp>
#include <transfix/nn/linear.hpp>
#include <transfix/nn/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// A mixture of experts (Shazeer et al. 2017): each row goes through the `Chosen` of `Experts` layers that a linear
/// router likes best, and gets the sum of their results, weighted by gates.
///   x: [rows, Width] -> as the expert makes it; Expert: any layer that works on each row of its own
/// Training adds Balance / 1000 times the load-balancing penalty (see rules::Gates); the others' experts cost nothing.
template <class Expert, Index Width, Index Experts, Index Chosen = 2, GatesOver Over = GatesOver::chosen,
          Index Balance = 10, class Scalar = float>
struct MixtureOfExperts {
  Linear<Width, Experts, Scalar, false> router;
  Repeat<Expert, Experts> experts;

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return let(std::forward<X>(x), [this](auto name) {
      return route<Chosen>(name, gates<Chosen, Over>(router(name), static_cast<double>(Balance) / 1000),
                           [this](Index expert, auto rows) { return experts.items[expert](rows); });
    });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
