// SPDX-License-Identifier: MIT
#include <transfix/optim/muon.hpp>

#include "steps.hpp"

using namespace transfix;

namespace {
/// What one step of rate 1 subtracts from a matrix of zeros.
template <Index Rows, Index Columns>
std::vector<double> first_step(const std::vector<double>& gradient) {
  using S = Shape<Rows, Columns>;
  std::vector<double> p(gradient.size()), first(p.size()), second(p.size());
  std::vector<double> scratch(std::size_t{optim::Muon::scratch<S>} + 8);
  double* const moment[] = {first.data(), second.data()};
  optim::Muon{}.update_whole<S>({.rate = 1}, p.data(), gradient.data(), moment, static_cast<double*>(nullptr),
                                scratch.data());
  for (double& number : p) number = -number;
  return p;
}
}  // namespace

TEST_CASE("muon: a step is nearly orthogonal, whatever the gradient") {
  const auto lies = first_step<5, 12>(support::normal_numbers(60, 3));
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      double dot = 0;
      for (std::size_t k = 0; k < 12; ++k) dot += lies[i * 12 + k] * lies[j * 12 + k];
      CHECK(std::abs(dot - (i == j ? 1.0 : 0.0)) < 0.45);  // singular values come out between 0.7 and 1.2
    }
  }
}

TEST_CASE("muon: a standing matrix is treated as the lying one transposed, and stretched") {
  const auto g = support::normal_numbers(60, 3);
  std::vector<double> transposed(60);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t k = 0; k < 12; ++k) transposed[k * 5 + i] = g[i * 12 + k];
  }
  const auto lies = first_step<5, 12>(g), stands = first_step<12, 5>(transposed);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t k = 0; k < 12; ++k) {
      CHECK(stands[k * 5 + i] == doctest::Approx(std::sqrt(12.0 / 5) * lies[i * 12 + k]).epsilon(1e-9));
    }
  }
}

TEST_CASE("muon: what is no map takes AdamW's step, at its share of the rate") {
  using S = Shape<2, 3>;
  const auto g = support::normal_numbers(6, 4);
  std::vector<double> p(6, 1), first(6), second(6), q(6, 1), first_alone(6), second_alone(6), scratch(4096);
  double *const moment[] = {first.data(), second.data()}, *const moment_alone[] = {first_alone.data(),
                                                                                   second_alone.data()};
  const optim::Muon muon{.learning_rate = 0.1f, .others = {.learning_rate = 0.01f}};
  muon.update_whole<S>({.rate = 0.05, .is_map = false}, p.data(), g.data(), moment, static_cast<double*>(nullptr),
                       scratch.data());
  muon.others.update({.rate = 0.005}, q.data(), g.data(), moment_alone, 6);
  CHECK(support::largest_difference(p.data(), q) < 1e-9);
}
