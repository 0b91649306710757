// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/train/gradient_pass.hpp>

#include "../support.hpp"

using namespace transfix;

TEST_CASE("gradient pass: stretches cover all numbers once, the same for any number of threads") {
  for (const std::size_t count : {1u, 5u, 16u, 1000u, 4096u, 100'001u}) {
    std::vector<Index> starts, begins;
    for (const Index threads : {1, 2, 3, 4, 7}) {
      Index next = 0, number = 0;
      std::vector<Index> found;
      for (Index thread = 0; thread < threads; ++thread) {
        GradientPass::for_each_stretch<float>(count * sizeof(float), thread, threads,
                                              [&](Index stretch, GradientPass::Range range) {
                                                CHECK(stretch == number++);
                                                CHECK(range.begin == next);
                                                CHECK(range.end >= range.begin);
                                                next = range.end;
                                                found.push_back(range.end);
                                              });
      }
      CHECK(next == static_cast<Index>(count));
      CHECK(number == GradientPass::stretches);
      if (starts.empty()) starts = found;
      CHECK(found == starts);
    }
  }
}

TEST_CASE_TEMPLATE("gradient pass: shards are added up and cleared, and their square is right", Scalar, float, double) {
  std::vector<Scalar> a = support::normal_numbers<Scalar>(100, 1), b = support::normal_numbers<Scalar>(100, 2),
                      c = support::normal_numbers<Scalar>(100, 3);
  const auto before = a;
  std::vector<double> expected;
  double square = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    const bool inside = i >= 16 && i < 91;
    expected.push_back(static_cast<double>(a[i]) +
                       (inside ? static_cast<double>(b[i]) + static_cast<double>(c[i]) : 0));
    if (inside) square += expected.back() * expected.back();
  }
  Scalar* const shards[] = {a.data(), b.data(), c.data()};
  CHECK(GradientPass::add_shards(shards, 3, {16, 91}) == doctest::Approx(square).epsilon(1e-5));
  CHECK(support::largest_difference(a.data(), expected) < 1e-6);
  for (std::size_t i = 0; i < 100; ++i) CHECK((b[i] == 0) == (i >= 16 && i < 91));
}
