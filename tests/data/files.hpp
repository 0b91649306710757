// SPDX-License-Identifier: MIT
#pragma once
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <transfix/io/file.hpp>

/// An empty folder of one's own while it lives, and files in it.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("transfix_data_test_" + std::to_string(std::random_device{}()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }

  std::filesystem::path file(const std::string& name, std::string_view bytes) const {
    const std::string_view pieces[] = {bytes};
    transfix::io::write_atomically(path / name, pieces);
    return path / name;
  }
};

/// The folder of real data sets, where there is one.
inline std::optional<std::filesystem::path> shared_data() {
  const char* folder = std::getenv("TRANSFIX_DATA");
  if (folder != nullptr && std::filesystem::exists(folder)) return folder;
  MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
  return std::nullopt;
}
