// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/config.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// What a model reads and what it should answer.
template <class InputOfExample, class TargetOfExample>
struct Example {
  using Input = InputOfExample;
  using Target = TargetOfExample;
  Input input;
  Target target;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
