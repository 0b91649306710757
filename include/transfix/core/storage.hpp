// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <new>
#include <transfix/core/error.hpp>
#include <transfix/core/parameter.hpp>
#include <utility>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace transfix::inline TRANSFIX_ABI {

/// A block of zeroed memory: from the heap, from the system where it is large, or lent by the user.
class Storage {
 public:
  static constexpr std::size_t alignment = 64;

  explicit Storage(Index bytes) : bytes_(static_cast<std::size_t>(bytes > 0 ? bytes : 1)) { take(); }

  /// Memory of the user: a static array, a mapped file, external RAM. It must outlive the Storage.
  Storage(std::byte* memory, Index available, Index bytes) : data_(memory) {
    if (available < bytes) fail("the memory given has ", available, " bytes; ", bytes, " are needed");
    if (reinterpret_cast<std::uintptr_t>(memory) % parameter_alignment != 0) {
      fail("the memory given must be aligned to ", parameter_alignment, " bytes");
    }
    std::memset(data_, 0, static_cast<std::size_t>(bytes));
  }

  Storage(Storage&& other) noexcept
      : bytes_(std::exchange(other.bytes_, 0)), block_(other.block_), data_(std::exchange(other.data_, nullptr)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(block_, other.block_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Storage() {
    if (bytes_ > 0) give_back();
  }

  std::byte* data() const { return data_; }

 private:
#if defined(__linux__)
  // Large blocks are pages of the system, which are zero and take room only once they are used: like all of Linux's
  // memory they may be promised where there is too little. They are large pages where there are some: products walk
  // down columns of large matrices, and with small pages each step would need another entry of the address cache.
  static constexpr std::size_t large_page = 2 * 1024 * 1024;

  void take() {
    if (bytes_ < large_page) return take_from_heap();
    block_ = mmap(nullptr, bytes_ + large_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block_ == MAP_FAILED) fail("the system has no memory for a block of ", bytes_, " bytes");
    const std::size_t beyond = reinterpret_cast<std::uintptr_t>(block_) % large_page;
    data_ = static_cast<std::byte*>(block_) + (large_page - beyond);
    madvise(data_, bytes_, MADV_HUGEPAGE);  // a wish, not a need
  }
  void give_back() {
    if (bytes_ < large_page) return give_back_to_heap();
    munmap(block_, bytes_ + large_page);
  }
#else
  void take() { take_from_heap(); }
  void give_back() { give_back_to_heap(); }
#endif
  void take_from_heap() {
    block_ = ::operator new (bytes_, std::align_val_t{alignment});
    data_ = static_cast<std::byte*>(std::memset(block_, 0, bytes_));
  }
  void give_back_to_heap() { ::operator delete (block_, std::align_val_t{alignment}); }

  std::size_t bytes_ = 0;  // of memory of its own
  void* block_ = nullptr;
  std::byte* data_ = nullptr;
};

}  // namespace transfix::inline TRANSFIX_ABI
