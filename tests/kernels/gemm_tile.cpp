// SPDX-License-Identifier: MIT
// Without vectors the compiler makes some itself, with -O2 (tests/CMakeLists.txt).
#undef TRANSFIX_SIMD
#define TRANSFIX_SIMD 0
#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <transfix/core/tuple.hpp>

#include "products.hpp"

using namespace transfix;
using support::Extents;
using support::Form;

namespace {

// Numbers behind which no memory can be read.
class LastNumbers {
 public:
  explicit LastNumbers(Index count) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
    size_ = (bytes + page_ - 1) / page_ * page_ + page_;
    memory_ = static_cast<char*>(mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    char* const end = memory_ + size_ - page_;
    if (mprotect(end, page_, PROT_NONE) != 0) throw std::bad_alloc();
    numbers_ = reinterpret_cast<float*>(end - bytes);
    std::fill_n(numbers_, count, 1.0f);
  }
  LastNumbers(const LastNumbers&) = delete;
  LastNumbers& operator=(const LastNumbers&) = delete;
  ~LastNumbers() { munmap(memory_, size_); }

  float* data() const { return numbers_; }

 private:
  std::size_t page_, size_;
  char* memory_;
  float* numbers_;
};

template <kernels::Product Size>
void check_reach() {
  const LastNumbers a((Size.rows - 1) * Size.a_row + (Size.depth - 1) * Size.a_depth + 1);
  const LastNumbers b((Size.depth - 1) * Size.b_depth + (Size.columns - 1) * Size.b_column + 1);
  const LastNumbers c((Size.rows - 1) * Size.c_row + Size.columns);
  const LastNumbers scratch(kernels::product_scratch<float, Size>);
  kernels::multiply<float, Size>(a.data(), b.data(), c.data(), false, scratch.data());
  CHECK(c.data()[0] == Size.depth);
  kernels::multiply<float, Size>(a.data(), b.data(), c.data(), true, scratch.data());
  CHECK(c.data()[(Size.rows - 1) * Size.c_row + Size.columns - 1] == 2 * Size.depth);
}

constexpr Extents sizes[] = {{5, 3, 3, 0},  {4, 2, 7, 0},  {7, 5, 16, 0},   {6, 3, 17, 1},  {9, 8, 33, 0},
                             {13, 7, 9, 2}, {16, 6, 5, 0}, {33, 17, 65, 0}, {70, 35, 8, 0}, {12, 11, 130, 3}};
}  // namespace

TEST_CASE("gemm without vectors: nothing is read behind operands, results and scratch memory") {
  unrolled<Index{std::size(sizes)}>([](auto i) {
    check_reach<product(sizes[i()], Form::plain)>();
    check_reach<product(sizes[i()], Form::a_transposed)>();
    check_reach<product(sizes[i()], Form::b_transposed)>();
    check_reach<product(sizes[i()], Form::both_transposed)>();
  });
}
