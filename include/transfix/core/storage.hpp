// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <new>
#include <transfix/core/error.hpp>
#include <transfix/core/parameter.hpp>
#include <utility>

namespace transfix::inline TRANSFIX_ABI {

/// A block of zeroed memory, from the heap or lent by the user.
class Storage {
 public:
  static constexpr std::size_t alignment = 64;

  explicit Storage(Index bytes)
      : data_(static_cast<std::byte*>(::operator new (static_cast<std::size_t>(bytes), std::align_val_t{alignment}))),
        owned_(true) {
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
      : data_(std::exchange(other.data_, nullptr)), owned_(std::exchange(other.owned_, false)) {}
  Storage& operator=(Storage&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Storage() {
    if (owned_) ::operator delete (data_, std::align_val_t{alignment});
  }

  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  bool owned_ = false;
};

}  // namespace transfix::inline TRANSFIX_ABI
