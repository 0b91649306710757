// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/kernels/fetch.hpp>
#include <vector>

using namespace transfix;

namespace {

Index lines_asked_for(Index rows, Index columns) {
  const std::vector<float> numbers(1000);
  kernels::detail::FetchLineByLine<float> fetching({numbers.data(), 100, rows, columns});
  Index lines = 0;
  while (fetching.step() && lines < 1000) ++lines;
  CHECK_FALSE(fetching.step());  // it stays at its end
  return lines;
}

}  // namespace

TEST_CASE("fetching line by line ends after every line of every row, of 16 floats") {
  CHECK(lines_asked_for(1, 1) == 1);
  CHECK(lines_asked_for(1, 16) == 1);
  CHECK(lines_asked_for(1, 17) == 2);
  CHECK(lines_asked_for(5, 48) == 15);
  CHECK(lines_asked_for(5, 50) == 20);
  CHECK(lines_asked_for(0, 16) == 0);
}

TEST_CASE("within tiles, results come before the next panel, and each to its end") {
  const std::vector<float> numbers(1000);
  kernels::detail::FetchWithinTiles<float> fetching;
  fetching.results = kernels::detail::FetchLineByLine<float>({numbers.data(), 100, 2, 32});
  fetching.next_panel = kernels::detail::FetchLineByLine<float>({numbers.data(), 100, 3, 16});
  for (int step = 0; step < 4; ++step) fetching.next_line();
  CHECK_FALSE(fetching.results.step());
  for (int step = 0; step < 2; ++step) fetching.next_line();
  CHECK(fetching.next_panel.step());
  CHECK_FALSE(fetching.next_panel.step());
}
