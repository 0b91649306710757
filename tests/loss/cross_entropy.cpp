// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/loss/cross_entropy.hpp>
#include <transfix/testing.hpp>

#include "loss_pass.hpp"

using namespace transfix;
using support::LossPass;

namespace {

/// A head over `Rows` rows of `Width` numbers: logits = hidden weight, or hidden weight^T.
template <Index Rows, Index Width, Index Classes, bool Transposed, class Scalar = double>
struct Head {
  using Hidden = Shape<Rows, Width>;
  using Weight = std::conditional_t<Transposed, Shape<Classes, Width>, Shape<Width, Classes>>;
  std::vector<Scalar> hidden = support::normal_numbers<Scalar>(Hidden::size, 1), d_hidden = zeros(Hidden::size);
  std::vector<Scalar> weight = support::normal_numbers<Scalar>(Weight::size, 2), d_weight = zeros(Weight::size);
  std::vector<Token> targets;

  Head() {
    Random random(3);
    for (Index row = 0; row < Rows; ++row) targets.push_back(static_cast<Token>(random.below(Classes)));
  }
  static std::vector<Scalar> zeros(Index count) { return std::vector<Scalar>(static_cast<std::size_t>(count)); }

  auto logits() {
    const Name<Scalar, Hidden> h(hidden.data(), d_hidden.data());
    const Name<Scalar, Weight> w(weight.data(), d_weight.data());
    if constexpr (Transposed) {
      return matmul(h, transpose(w));
    } else {
      return matmul(h, w);
    }
  }
  auto fused() {
    return LossPass([this] { return loss::CrossEntropy{}(logits(), Tokens<Rows>{targets.data()}); });
  }
  /// The logits stored in whole: no longer the pattern of a product.
  auto unfused() {
    return LossPass([this] { return loss::CrossEntropy{}(logits() + 0.0, Tokens<Rows>{targets.data()}); });
  }
  /// The plain formula in double.
  double plain() const {
    double sum = 0;
    for (Index row = 0; row < Rows; ++row) {
      const Token target = targets[static_cast<std::size_t>(row)];
      if (target < 0) continue;
      double exponentials = 0, of_target = 0;
      for (Index column = 0; column < Classes; ++column) {
        double logit = 0;
        for (Index k = 0; k < Width; ++k) {
          logit += static_cast<double>(hidden[static_cast<std::size_t>(row * Width + k)]) *
                   static_cast<double>(
                       weight[static_cast<std::size_t>(Transposed ? column * Width + k : k * Classes + column)]);
        }
        exponentials += std::exp(logit);
        if (column == target) of_target = logit;
      }
      sum += std::log(exponentials) - of_target;
    }
    return sum;
  }
};

template <class H>
void check_gradients(H& head, auto pass) {
  pass.train(0.5);
  testing::detail::Comparison comparison;
  comparison.compare(head.d_hidden, head.hidden.data(), [&] { return 0.5 * pass.evaluate(); });
  comparison.compare(head.d_weight, head.weight.data(), [&] { return 0.5 * pass.evaluate(); });
  CHECK(comparison.worst() < 1e-6);
}

template <bool Transposed>
void check_head() {
  Head<5, 7, 19, Transposed> head, unfused;
  CHECK(head.fused().evaluate() == doctest::Approx(head.plain()).epsilon(1e-12));
  CHECK(head.fused().train(1) == doctest::Approx(head.plain()).epsilon(1e-12));
  CHECK(head.unfused().evaluate() == doctest::Approx(head.plain()).epsilon(1e-12));
  head = {};
  check_gradients(head, head.fused());
  check_gradients(unfused, unfused.unfused());
}
}  // namespace

TEST_CASE("cross-entropy: value and gradients of a head, fused and not") { check_head<false>(); }
TEST_CASE("cross-entropy: value and gradients of a tied head, fused and not") { check_head<true>(); }

TEST_CASE("cross-entropy: a negative target counts for nothing") {
  Head<5, 7, 19, false> head;
  head.targets[1] = head.targets[4] = -1;
  CHECK(loss::CrossEntropy{}.weight(Tokens<5>{head.targets.data()}) == 3);
  CHECK(head.fused().evaluate() == doctest::Approx(head.plain()).epsilon(1e-12));
  check_gradients(head, head.fused());
  for (std::size_t k = 0; k < 7; ++k) CHECK(head.d_hidden[7 + k] == 0);
  Head<5, 7, 19, false> unfused;
  unfused.targets = head.targets;
  check_gradients(unfused, unfused.unfused());
}

// 280,000 classes make blocks of 16 rows and a rest of 5.
TEST_CASE("cross-entropy: heads too large for one block equal the unfused form") {
  static Head<37, 3, 280'000, true> fused, unfused;
  CHECK(fused.fused().train(1) == doctest::Approx(unfused.unfused().train(1)).epsilon(1e-12));
  CHECK(support::largest_difference(fused.d_hidden.data(), unfused.d_hidden) < 1e-12);
  CHECK(support::largest_difference(fused.d_weight.data(), unfused.d_weight) < 1e-12);
  using Fused = decltype(fused.fused())::Root;
  static_assert(Fused::workspace < Index{37 * 280'000 * sizeof(double)});  // less than all logits
  static_assert(sizeof(Fused::Tape) < 1_KiB);
}

// How many rows are worked on at a time: many, as each block passes over the weight, but no more logits than 4 Mi or,
// of at most 16 Mi, a third of the weight.
template <Index Rows, Index Depth, Index Classes>
constexpr Index rows_at_a_time = decltype(loss::CrossEntropy{}(
    matmul(std::declval<Name<float, Shape<Rows, Depth>>>(), std::declval<Name<float, Shape<Depth, Classes>>>()),
    std::declval<Tokens<Rows>>()))::block;
static_assert(rows_at_a_time<1024, 768, 50'257> == 256);
static_assert(rows_at_a_time<1024, 2048, 128'256> == 128);
static_assert(rows_at_a_time<1024, 64, 50'257> == 80);
static_assert(rows_at_a_time<37, 60, 300'000> == 16);
static_assert(rows_at_a_time<1021, 64, 4'000> == 1021);

TEST_CASE("cross-entropy: in float, with logits as large as they come") {
  Head<5, 16, 33, false, float> head;
  for (float& number : head.hidden) number *= 8;
  CHECK(head.fused().evaluate() == doctest::Approx(head.plain()).epsilon(1e-5));
  for (float& number : head.hidden) number *= 1000;
  CHECK(std::isfinite(head.fused().train(1)));
  for (const float number : head.d_weight) REQUIRE(std::isfinite(number));
}

TEST_CASE("cross-entropy: equal logits cost log(classes)") {
  Head<5, 7, 19, false> head;
  std::fill(head.weight.begin(), head.weight.end(), 0.0);
  CHECK(head.fused().evaluate() == doctest::Approx(5 * std::log(19.0)));
}

TEST_CASE("cross-entropy: logits that are a name themselves add to its gradient") {
  auto logits = support::normal_numbers(3 * 7), gradients = std::vector<double>(21);
  const Token targets[] = {1, 6, 2};
  LossPass pass([&] {
    return loss::CrossEntropy{}(Name<double, Shape<3, 7>>(logits.data(), gradients.data()), Tokens<3>{targets});
  });
  pass.train(1);
  const auto once = gradients;
  testing::detail::Comparison comparison;
  comparison.compare(once, logits.data(), [&] { return pass.evaluate(); });
  CHECK(comparison.worst() < 1e-6);
  pass.train(1);  // the next sequence of a batch
  for (std::size_t i = 0; i < once.size(); ++i) CHECK(gradients[i] == doctest::Approx(2 * once[i]));
}

TEST_CASE("cross-entropy: a computed weight gets the gradients of all blocks of rows") {
  static Head<37, 3, 280'000, false> fused, unfused;
  const auto logits = [](auto& head) {
    return matmul(Name<double, Shape<37, 3>>(head.hidden.data(), head.d_hidden.data()),
                  Name<double, Shape<3, 280'000>>(head.weight.data(), head.d_weight.data()) * 2.0);
  };
  const Tokens<37> targets{fused.targets.data()};
  LossPass([&] { return loss::CrossEntropy{}(logits(fused), targets); }).train(1);
  LossPass([&] { return loss::CrossEntropy{}(logits(unfused) + 0.0, targets); }).train(1);
  CHECK(support::largest_difference(fused.d_hidden.data(), unfused.d_hidden) < 1e-12);
  CHECK(support::largest_difference(fused.d_weight.data(), unfused.d_weight) < 1e-12);
}

TEST_CASE("cross-entropy: a target that is no class is an error that names both numbers") {
  Head<5, 7, 19, false> head;
  head.targets[3] = 19;
  for (const auto& message :
       {support::message_of([&] { head.fused().evaluate(); }), support::message_of([&] { head.unfused().train(1); })}) {
    CHECK(support::contains(message, "target 19 is not one of 19 classes"));
  }
}

TEST_CASE("cross-entropy: label smoothing and class weights, by the formula of torch.nn.CrossEntropyLoss") {
  static const float weights[] = {0.5f, 2, 1, 0.25f, 3, 1, 1};
  const Token targets[] = {1, 6, -1, 3};
  for (const bool weighted : {false, true}) {
    for (const double smoothing : {0.0, 0.1}) {
      const loss::CrossEntropy function{.label_smoothing = static_cast<float>(smoothing),
                                        .class_weights = weighted ? loss::ClassWeights(weights) : loss::ClassWeights()};
      const auto weight = [&](Token c) { return weighted ? double{weights[c]} : 1.0; };
      support::check_loss<Shape<4, 7>>(function, Tokens<4>{targets}, [&](const double* logits) {
        double loss = 0;
        for (Index row = 0; row < 4; ++row) {
          if (targets[row] < 0) continue;
          double exponentials = 0;
          for (Index c = 0; c < 7; ++c) exponentials += std::exp(logits[row * 7 + c]);
          const auto cost = [&](Token c) { return weight(c) * (std::log(exponentials) - logits[row * 7 + c]); };
          const double s = double{static_cast<float>(smoothing)};
          loss += (1 - s) * cost(targets[row]);
          for (Token c = 0; c < 7; ++c) loss += s / 7 * cost(c);
        }
        return loss;
      });
      CHECK(function.weight(Tokens<4>{targets}) == doctest::Approx(weight(1) + weight(6) + weight(3)));
    }
  }
  const loss::CrossEntropy short_of_weights{.class_weights = loss::ClassWeights(weights).first(6)};
  CHECK(support::contains(support::message_of([&] { short_of_weights.weight(Tokens<4>{targets}); }), "6"));
}
