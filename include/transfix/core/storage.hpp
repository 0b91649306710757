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

/// A block of zeroed memory, from the heap or lent by the user.
class Storage {
 public:
  static constexpr std::size_t alignment = 64;

  explicit Storage(Index bytes)
      : bytes_(bytes > 0 ? bytes : 1),
        data_(static_cast<std::byte*>(::operator new(static_cast<std::size_t>(bytes_), alignment_of(bytes_)))) {
    use_large_pages(data_, bytes);
    std::memset(data_, 0, static_cast<std::size_t>(bytes));
  }

  /// Memory of the user: a static array, a mapped file, external RAM. It must outlive the Storage.
  Storage(std::byte* memory, Index available, Index bytes) : data_(memory) {
    if (available < bytes) fail("the memory given has ", available, " bytes; ", bytes, " are needed");
    if (reinterpret_cast<std::uintptr_t>(memory) % parameter_alignment != 0) {
      fail("the memory given must be aligned to ", parameter_alignment, " bytes");
    }
    std::memset(data_, 0, static_cast<std::size_t>(bytes));
  }

  Storage(Storage&& other) noexcept
      : bytes_(std::exchange(other.bytes_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Storage() {
    if (bytes_ > 0) ::operator delete(data_, alignment_of(bytes_));
  }

  std::byte* data() const { return data_; }

 private:
  // Large blocks lie in large pages where the system has them: products walk down columns of large matrices, and with
  // small pages each step would need another entry of the address cache.
  static constexpr Index large_page = 2 * 1024 * 1024;
  static constexpr std::align_val_t alignment_of(Index bytes) {
    return std::align_val_t{bytes >= large_page ? static_cast<std::size_t>(large_page) : alignment};
  }
  static void use_large_pages([[maybe_unused]] std::byte* data, [[maybe_unused]] Index bytes) {
#if defined(MADV_HUGEPAGE)
    if (bytes >= large_page) madvise(data, static_cast<std::size_t>(bytes), MADV_HUGEPAGE);  // a wish, not a need
#endif
  }

  Index bytes_ = 0;  // of memory of its own
  std::byte* data_ = nullptr;
};

}  // namespace transfix::inline TRANSFIX_ABI
