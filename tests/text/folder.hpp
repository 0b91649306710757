// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <random>
#include <string>

/// An empty folder of one's own while it lives.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("transfix_text_test_" + std::to_string(std::random_device{}()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};
