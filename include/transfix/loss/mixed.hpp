// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/mixed.hpp>
#include <transfix/loss/combination.hpp>

namespace transfix::inline TRANSFIX_ABI::loss {

/// The loss of a mixed target: share loss(output, first) + (1 - share) loss(output, second). With CrossEntropy that is
/// the cross-entropy of the mixed labels (Zhang et al. 2018). See data/mixup.hpp.
template <class Loss>
struct OfMixed {
  Loss loss = {};

  template <Expression Outputs, class Target>
  constexpr auto operator()(Outputs&& outputs, Mixed<Target> target) const {
    return transfix::detail::let_loss(own(std::forward<Outputs>(outputs)), [self = *this, target](auto name) {
      auto first = self.loss(name, target.first), second = self.loss(name, target.second);
      return transfix::detail::SumOfLosses<decltype(first), decltype(second)>(std::move(first), std::move(second),
                                                                              target.share, 1 - target.share);
    });
  }

  template <class Target>
  constexpr double weight(Mixed<Target> target) const {
    return target.share * loss.weight(target.first) + (1 - target.share) * loss.weight(target.second);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::loss
