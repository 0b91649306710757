// SPDX-License-Identifier: MIT
#pragma once
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <transfix/core/error.hpp>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#define TRANSFIX_HAS_FSYNC 1
#include <fcntl.h>
#include <unistd.h>
#else
#define TRANSFIX_HAS_FSYNC 0
#endif

namespace transfix::inline TRANSFIX_ABI::io {

namespace detail {
struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

inline std::string reason(int number) { return std::generic_category().message(number); }

inline constexpr const char* temporary_mark = ".temporary";
inline std::filesystem::path temporary_name(std::filesystem::path path, int attempt) {
  return path += temporary_mark + std::to_string(attempt);
}

/// The file that is meant: what a link leads to. Fails where it is none that can be written as a whole.
inline std::filesystem::path target_of(const std::filesystem::path& given) {
  std::error_code error;
  const auto status = std::filesystem::status(given, error);
  if (std::filesystem::is_directory(status)) fail(given.string(), ": this is a folder; name a file in it");
  if (std::filesystem::exists(status)) {
    if (!std::filesystem::is_regular_file(status)) {
      fail(given.string(), ": this is not a plain file; choose another path to write to");
    }
    auto path = std::filesystem::canonical(given, error);
    return error ? given : path;
  }
  if (std::filesystem::is_symlink(std::filesystem::symlink_status(given, error))) {
    fail(given.string(), ": this is a link to a file that does not exist; remove it, or name that file");
  }
  return given;
}

/// A new file in the folder of `path`, so that renaming it to `path` is one step of the file system.
inline std::pair<std::filesystem::path, File> create_beside(const std::filesystem::path& path) {
  for (int attempt = 0;; ++attempt) {
    auto temporary = temporary_name(path, attempt);
    if (File file{std::fopen(temporary.string().c_str(), "wbx")}) return {std::move(temporary), std::move(file)};
    if (errno != EEXIST || attempt == 1000) {
      fail(path.string(), ": cannot create a file in its folder (", reason(errno),
           "); check that the folder exists and may be written");
    }
  }
}

/// Writes the pieces down to the disk and closes the file; returns 0, or errno of what went wrong.
inline int write_and_close(File file, std::span<const std::string_view> pieces) {
  for (const auto piece : pieces) {
    if (std::fwrite(piece.data(), 1, piece.size(), file.get()) != piece.size()) return errno;
  }
  if (std::fflush(file.get()) != 0) return errno;
#if TRANSFIX_HAS_FSYNC
  if (::fsync(::fileno(file.get())) != 0) return errno;
#endif
  return std::fclose(file.release()) == 0 ? 0 : errno;
}

inline void sync_folder(const std::filesystem::path& folder) {
#if TRANSFIX_HAS_FSYNC
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
#else
  static_cast<void>(folder);
#endif
}
}  // namespace detail

/// Fails now rather than after hours of work if `path` could not be written.
inline void check_writable(const std::filesystem::path& path) {
  auto [temporary, file] = detail::create_beside(detail::target_of(path));
  file.reset();
  std::error_code error;
  std::filesystem::remove(temporary, error);
}

/// The same, and fails too if `path` is one of the files of data that are read.
inline void check_writable(const std::filesystem::path& path, std::initializer_list<std::string_view> data) {
  for (const auto file : data) {
    std::error_code unknown;
    if (std::filesystem::equivalent(file, path, unknown)) {
      fail(path.string(), ": this is the file of data; name another file to write to");
    }
  }
  check_writable(path);
}

/// All bytes of a file.
inline std::string read_bytes(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) fail(name, ": there is no such file; check the path");
  if (std::filesystem::is_directory(status)) fail(name, ": this is a folder; name a file in it");
  const detail::File file{std::fopen(name.c_str(), "rb")};
  if (!file) fail(name, ": cannot be opened (", detail::reason(errno), "); check who may read it");

  const auto expected = std::filesystem::file_size(path, error);
  std::string bytes(error ? 4096 : static_cast<std::size_t>(expected) + 1, '\0');  // + 1: to see the end
  std::size_t filled = 0;
  for (;;) {
    if (filled == bytes.size()) bytes.resize(2 * filled);
    const std::size_t count = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
    if (std::ferror(file.get())) fail(name, ": cannot be read (", detail::reason(errno), ")");
    if (count == 0) break;
    filled += count;
  }
  bytes.resize(filled);
  return bytes;
}

/// Gives a file new contents as a whole, or fails and leaves it as it was: the pieces go to a new file
/// beside it, which takes its place once they are on the disk. A link stays a link to the new contents.
inline void write_atomically(const std::filesystem::path& given, std::span<const std::string_view> pieces) {
  const auto path = detail::target_of(given);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  auto [temporary, file] = detail::create_beside(path);
  if (const int problem = detail::write_and_close(std::move(file), pieces)) {
    std::filesystem::remove(temporary, error);
    fail(given.string(), ": cannot be written (", detail::reason(problem),
         "); what was there before is untouched. Make room or choose another path");
  }
  if (std::filesystem::exists(status)) std::filesystem::permissions(temporary, status.permissions(), error);
  std::filesystem::rename(temporary, path, error);
  if (error) {
    const std::string problem = error.message();
    std::filesystem::remove(temporary, error);
    fail(given.string(), ": cannot be replaced (", problem, "); choose another path");
  }
  detail::sync_folder(path.parent_path());
}

/// Removes what processes that were killed while they wrote `path` left beside it. Nobody may be writing it.
inline void remove_unfinished(const std::filesystem::path& path) {
  std::error_code error;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const std::string start = path.filename().string() + detail::temporary_mark;
  std::vector<std::filesystem::path> unfinished;
  for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end; file.increment(error)) {
    const std::string name = file->path().filename().string();
    if (!name.starts_with(start) || name == start) continue;
    if (name.find_first_not_of("0123456789", start.size()) == name.npos) unfinished.push_back(file->path());
  }
  for (const auto& file : unfinished) std::filesystem::remove(file, error);
}

}  // namespace transfix::inline TRANSFIX_ABI::io

#undef TRANSFIX_HAS_FSYNC
