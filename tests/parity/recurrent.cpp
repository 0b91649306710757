// SPDX-License-Identifier: MIT
#include <transfix/nn/recurrent.hpp>

#include "fixture.hpp"

using namespace transfix;
using parity::check_layer;
using parity::Fixture;

namespace {
template <class Scalar, template <Index, Index, class> class Layer>
void check(const std::string& name) {
  check_layer<Scalar>(Fixture(name, "even"), Layer<8, 16, Scalar>{}, Shape<8, 8>{});
  check_layer<Scalar>(Fixture(name, "odd"), Layer<7, 15, Scalar>{}, Shape<13, 7>{});
  check_layer<Scalar>(Fixture(name + "_bidirectional", "even"), nn::Bidirectional<Layer<4, 8, Scalar>>{},
                      Shape<4, 4>{});
  check_layer<Scalar>(Fixture(name + "_bidirectional", "odd"), nn::Bidirectional<Layer<5, 9, Scalar>>{}, Shape<7, 5>{});
}
}  // namespace

TEST_CASE_TEMPLATE("parity: LSTM, in one direction and in both", Scalar, double, float) {
  check<Scalar, nn::Lstm>("lstm");
}
TEST_CASE_TEMPLATE("parity: GRU, in one direction and in both", Scalar, double, float) {
  check<Scalar, nn::Gru>("gru");
}
