// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/core/members.hpp>
#include <transfix/expression/repeat.hpp>

namespace transfix::inline TRANSFIX_ABI::nn {

/// `Count` layers of one type, one after the other, each with numbers of its own. Compile time does not
/// grow with the count. Their names are 0 .. Count - 1.
template <class Layer, Index Count>
struct Repeat {
  static constexpr Index count = Count;
  Layer items[static_cast<std::size_t>(Count)];

  /// arguments(number) gives what each layer is called with besides its input.
  template <Operand X, class Arguments>
  constexpr auto operator()(X&& x, Arguments arguments) const {
    return repeat<Count>(std::forward<X>(x),
                         [this, arguments](Index number, auto name) { return items[number](name, arguments(number)); });
  }

  template <Operand X>
  constexpr auto operator()(X&& x) const {
    return repeat<Count>(std::forward<X>(x), [this](Index number, auto name) { return items[number](name); });
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::nn
