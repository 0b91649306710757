// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <numeric>
#include <transfix/core/tuple.hpp>
#include <transfix/kernels/softmax.hpp>

#include "../support.hpp"

using namespace transfix;

namespace {
constexpr Index lengths[] = {1, 2, 7, 8, 15, 16, 17, 37, 65};

template <class Scalar, Index Columns>
void check_rows() {
  constexpr double bound = 32 * double{std::numeric_limits<Scalar>::epsilon()};
  const auto x = support::normal_numbers<Scalar>(Columns, 1), other = support::normal_numbers<Scalar>(Columns, 2);
  std::vector<Scalar> y(Columns);
  std::vector<double> expected(Columns);
  double sum = 0;
  for (const Scalar number : x) sum += std::exp(static_cast<double>(number));
  std::transform(x.begin(), x.end(), expected.begin(),
                 [&](Scalar v) { return std::exp(static_cast<double>(v)) / sum; });

  kernels::softmax_row<Columns>(x.data(), y.data());
  CHECK(support::largest_difference(y.data(), expected) < bound);
  const auto statistics = kernels::exponentials_of_row<Columns>(x.data(), y.data());
  CHECK(std::abs(static_cast<double>(statistics.log_sum()) - std::log(sum)) < bound);
  CHECK(statistics.largest == *std::max_element(x.begin(), x.end()));
  const double dot = std::inner_product(x.begin(), x.end(), other.begin(), 0.0);
  CHECK(std::abs(static_cast<double>(kernels::dot<Columns>(x.data(), other.data())) - dot) < bound * 8);
}
}  // namespace

TEST_CASE_TEMPLATE("softmax: rows of every length equal the formula", Scalar, float, double) {
  unrolled<Index{std::size(lengths)}>([](auto i) { check_rows<Scalar, lengths[i()]>(); });
}

TEST_CASE_TEMPLATE("softmax: large numbers do not overflow, and rows may be computed in place", Scalar, float, double) {
  std::vector<Scalar> x(19, Scalar(1e4));
  x[3] = Scalar(1e4 + 1);
  kernels::softmax_row<19>(x.data(), x.data());
  CHECK(static_cast<double>(x[3]) == doctest::Approx(std::exp(1) / (18 + std::exp(1))));
}

TEST_CASE_TEMPLATE("softmax: a hidden number has probability 0; a row of hidden numbers is all zeros", Scalar, float,
                   double) {
  const Scalar hidden = -std::numeric_limits<Scalar>::infinity();
  std::vector<Scalar> x(19, hidden), y(19, Scalar(5));
  CHECK(kernels::exponentials_of_row<19>(x.data(), y.data()).sum == 0);
  kernels::softmax_row<19>(x.data(), y.data());
  CHECK(std::all_of(y.begin(), y.end(), [](Scalar number) { return number == 0; }));
  x[17] = -500;
  kernels::softmax_row<19>(x.data(), y.data());
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == (i == 17 ? 1 : 0));
}
