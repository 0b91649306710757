// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // it does not see that both are replaced
#endif

// Replaces the global operator new of one executable by one that counts; include it in a single file.

namespace support {
inline std::atomic<long> allocations = 0, allocated_bytes = 0;

inline void* allocate(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  allocated_bytes += static_cast<long>(bytes);
  void* const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment + alignment);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace support

void* operator new(std::size_t bytes) { return support::allocate(bytes, 16); }
void* operator new[](std::size_t bytes) { return support::allocate(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return support::allocate(bytes, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return support::allocate(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
