// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <transfix/io/file.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#include <sys/stat.h>
#endif

namespace transfix::inline TRANSFIX_ABI::data {

/// The bytes of a file, which the system reads where and when they are looked at, so that the file may be larger than
/// memory; systems without such maps read it as a whole. Copies share the map, and any number of threads may read.
/// A mapped file must not be changed in place: replace it as io::write_atomically does, and the map keeps the old one.
class MappedFile {
 public:
#if defined(__unix__) || defined(__APPLE__)
  explicit MappedFile(const std::filesystem::path& path) {
    const std::string name = path.string();
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(name, ": cannot be opened (", io::detail::reason(errno), "); check the path");
    struct stat status {};
    const bool is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    const auto size = is_file ? static_cast<std::size_t>(status.st_size) : 0;
    void* start = size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0) : nullptr;
    const int problem = errno;
    ::close(descriptor);
    if (!is_file) fail(name, ": this is not a plain file; only those can be mapped");
    if (start == MAP_FAILED) fail(name, ": cannot be mapped into memory (", io::detail::reason(problem), ")");
    if (size == 0) return;
    start_ = std::shared_ptr<const char>(static_cast<const char*>(start),
                                         [start, size](const char*) { ::munmap(start, size); });
    size_ = size;
  }
#else
  explicit MappedFile(const std::filesystem::path& path) {
    const auto bytes = std::make_shared<const std::string>(io::read_bytes(path));
    start_ = std::shared_ptr<const char>(bytes, bytes->data());
    size_ = bytes->size();
  }
#endif

  std::string_view bytes() const { return {start_.get(), size_}; }

 private:
  std::shared_ptr<const char> start_;
  std::size_t size_ = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
