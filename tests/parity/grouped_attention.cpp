// SPDX-License-Identifier: MIT
#include <transfix/nn/grouped_attention.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_layer;
using parity::Fixture;

namespace {
template <class Scalar, RotaryPairs Pairs>
void check(const std::string& name) {
  check_layer<Scalar>(Fixture(name, "even"), nn::GroupedAttention<16, 4, 2, Causal, Scalar, false, Pairs>{},
                      Shape<8, 16>{});
  check_layer<Scalar>(Fixture(name, "odd"), nn::GroupedAttention<30, 3, 1, Causal, Scalar, false, Pairs>{},
                      Shape<13, 30>{});
}
}  // namespace

TEST_CASE_TEMPLATE("parity: grouped attention with rotary positions, both orders of pairs", Scalar, double, float) {
  check<Scalar, RotaryPairs::halves>("grouped_attention_halves");
  check<Scalar, RotaryPairs::neighbours>("grouped_attention_neighbours");
}
