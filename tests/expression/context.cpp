// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <transfix/expression/context.hpp>
#include <transfix/simd/batch.hpp>
#include <vector>

using namespace transfix;

TEST_CASE("context: the workspace gives aligned pieces that do not overlap") {
  alignas(parameter_alignment) std::byte memory[4096];
  Context context;
  context.workspace = memory;
  for (const Index count : {1, 3, 16, 17, 100}) {
    std::byte* const before = context.workspace;
    auto* numbers = context.take<float>(count);
    CHECK(reinterpret_cast<std::byte*>(numbers) == before);
    CHECK(reinterpret_cast<std::uintptr_t>(numbers) % parameter_alignment == 0);
    CHECK(context.workspace - before == workspace_bytes<float>(count));
    CHECK(workspace_bytes<float>(count) >= count * 4);
    CHECK(workspace_bytes<float>(count) < count * 4 + static_cast<Index>(parameter_alignment));
  }
}

TEST_CASE("context: gradients are written to fresh memory and added to used memory") {
  using One = simd::One<float>;
  using Rows = Tensor<float, Shape<2, 3>, Strides<10, 5>>;  // rows lie 5 apart
  std::vector<float> numbers(8, 7.0f);
  Gradient<Rows, false, true>{numbers.data()}.add(1, 2, One(1));
  CHECK(numbers[7] == 1);
  Gradient<Rows, true, true>{numbers.data()}.add(1, 2, One(2));
  CHECK(numbers[7] == 3);
  Gradient<Rows, true, true>{numbers.data()}.clear().add(1, 2, One(2));  // what is there stays
  CHECK(numbers[7] == 5);
  Gradient<Rows, true, false>{numbers.data()}.add(1, 2, One(2));  // nobody wants it
  CHECK(numbers[7] == 5);
  const auto cleared = Gradient<Rows, false, true>{numbers.data()}.clear();
  cleared.add(0, 1, One(2));
  cleared.add(0, 1, One(2));
  CHECK(numbers == std::vector<float>{0, 4, 0, 7, 7, 0, 0, 0});  // not the gap
}
