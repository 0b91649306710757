// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/core/tokens.hpp>

using namespace transfix;

TEST_CASE("tokens: a view costs a pointer and reads what it points to") {
  static constexpr Token numbers[] = {4, 5, 6, 7};
  constexpr Tokens<3> view{numbers + 1};
  static_assert(sizeof view == sizeof(void*));
  static_assert(view.length == 3 && view[0] == 5 && view[2] == 7);
}
