// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <cstring>
#include <transfix/testing.hpp>

#include "../support.hpp"

namespace support {
using namespace transfix;

/// Runs the root of an expression: make() gives a loss.
template <class Make>
class LossPass {
 public:
  using Root = decltype(std::declval<const Make&>()());
  explicit LossPass(Make make)
      : make_(std::move(make)), tape_(Index{sizeof(typename Root::Tape)}), workspace_(Root::workspace) {
    context_.workspace = workspace_.data();
    std::memset(workspace_.data(), 0xff,
                static_cast<std::size_t>(Root::workspace));  // NaN: nothing may be read unwritten
  }
  double evaluate() {
    Context context = context_;
    const double sum = make_().evaluate(tape(), context);
    CHECK(context.workspace == context_.workspace);
    return sum;
  }
  double train(double factor) {
    Context context = context_;
    const double sum = make_().train(tape(), context, static_cast<typename Root::Scalar>(factor));
    CHECK(context.workspace == context_.workspace);
    return sum;
  }

 private:
  typename Root::Tape& tape() { return *reinterpret_cast<typename Root::Tape*>(tape_.data()); }
  Make make_;
  Storage tape_, workspace_;
  Context context_;
};

/// A loss over random outputs in double against its plain formula, alone and in a graph where the outputs are computed,
/// and its gradients against central differences.
template <class Outputs, class Loss, class Target>
void check_loss(const Loss& loss, Target target, auto&& formula) {
  auto numbers = normal_numbers(Outputs::size, 11), gradients = std::vector<double>(std::size_t{Outputs::size});
  const auto plain = [&] { return formula(static_cast<const double*>(numbers.data())); };
  LossPass pass([&] { return loss(Name<double, Outputs>(numbers.data(), gradients.data()), target); });
  CHECK(pass.evaluate() == doctest::Approx(plain()).epsilon(1e-9));
  CHECK(pass.train(0.5) == doctest::Approx(plain()).epsilon(1e-9));
  testing::detail::Comparison comparison;
  comparison.compare(gradients, numbers.data(), [&] { return 0.5 * pass.evaluate(); });
  CHECK(comparison.worst() < 1e-6);
}

}  // namespace support
