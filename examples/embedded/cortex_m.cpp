// SPDX-License-Identifier: MIT
// Start-up of a Cortex-M with a floating-point unit, and its console by semihosting. There is no heap: _sbrk is missing
// on purpose, so that a program that calls malloc or new does not link.
#include <cstdint>
#include <cstring>
#include <new>

#include "board.hpp"

int program() asm("main");  // C++ itself forbids calls of main

// From cortex_m.ld.
extern "C" std::uint32_t data_start[], data_end[], data_in_flash[], bss_start[], bss_end[], stack_start[], stack_end[];

namespace {

constexpr std::uint32_t unused_stack = 0xDEADBEEF;

std::ptrdiff_t bytes_between(const std::uint32_t* first, const std::uint32_t* end) { return 4 * (end - first); }

int semihosting(int operation, const void* argument) {
  register int number asm("r0") = operation;
  register const void* pointer asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(number) : "r"(pointer) : "memory");
  return number;
}

[[noreturn]] void leave(int code) {
  const std::uint32_t reason[] = {0x20026, static_cast<std::uint32_t>(code)};  // the application has ended
  semihosting(0x20, reason);
  for (;;) asm volatile("wfi");
}

}  // namespace

void board::write(const char* text) { semihosting(0x04, text); }

bool board::report_memory(std::ptrdiff_t promised) {
  const std::ptrdiff_t whole = bytes_between(data_start, bss_end);
  const std::uint32_t* deepest = stack_start;
  while (*deepest == unused_stack) ++deepest;
  print("RAM: ", whole, " bytes of .data and .bss = ", promised, " promised + ", whole - promised,
        " of the C library and alignment");
  print("stack: ", bytes_between(stack_start, stack_end), " bytes kept for it, ", bytes_between(deepest, stack_end),
        " used");
  return deepest > stack_start && whole - promised <= 256;
}

// A Storage gives back memory that it took, and here it is always lent some.
void operator delete(void*, std::align_val_t) noexcept {
  board::write("the heap was called, and there is none\n");
  leave(4);
}

extern "C" [[noreturn]] void reset() {
  // Full access to the floating-point unit.
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88) |= 0xFu << 20;
  asm volatile("dsb\n isb");
  std::memcpy(data_start, data_in_flash, static_cast<std::size_t>(bytes_between(data_start, data_end)));
  std::memset(bss_start, 0, static_cast<std::size_t>(bytes_between(bss_start, bss_end)));
  auto* const here = static_cast<std::uint32_t*>(__builtin_frame_address(0)) - 32;
  for (std::uint32_t* word = stack_start; word < here; ++word) *word = unused_stack;
  leave(program());
}

extern "C" [[noreturn]] void fault() {
  board::write("the processor met a fault\n");
  leave(3);
}

// The start of the stack, where to begin, and what to do on NMI, hard, memory, bus and usage faults.
[[gnu::section(".vectors"), gnu::used]] static const void* const vectors[] = {
    stack_end,
    reinterpret_cast<const void*>(&reset),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
    reinterpret_cast<const void*>(&fault),
};
