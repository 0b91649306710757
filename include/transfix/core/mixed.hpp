// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI {

/// Two things, inputs or targets, of which the first counts by `share` and the second by 1 - share.
template <class Part>
struct Mixed {
  Part first, second;
  double share = 1;
};

}  // namespace transfix::inline TRANSFIX_ABI
