// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <fstream>
#include <transfix/text/read_file.hpp>

using namespace transfix;
namespace fs = std::filesystem;

namespace {
struct Folder {
  fs::path path = fs::temp_directory_path() / "transfix_read_file_test";
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};
void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }
}  // namespace

TEST_CASE("read_file: every byte arrives as it is in the file") {
  const Folder folder;
  std::string text = "a\r\nb\n";
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  write(folder.path / "small", text);
  CHECK(text::read_file(folder.path / "small") == text);
  CHECK(text::read_file((folder.path / "small").string()) == text);
  const std::string large(1'000'003, 'x');
  write(folder.path / "large", large);
  CHECK(text::read_file(folder.path / "large") == large);
}

TEST_CASE("read_file: a file whose size is not known beforehand is read to its end") {
  const fs::path file = "/proc/self/maps";
  if (!fs::exists(file)) return;
  CHECK(text::read_file(file).size() > 1000);
}

TEST_CASE("read_file: what cannot be read is refused with the reason") {
  const Folder folder;
  const std::string name = (folder.path / "input.txt").string();
  CHECK_THROWS_WITH_AS(text::read_file(name), (name + ": there is no such file; check the path").c_str(), Error);
  CHECK_THROWS_WITH(text::read_file(folder.path),
                    (folder.path.string() + ": this is a folder; name a file in it").c_str());
  write(name, "");
  CHECK_THROWS_WITH(text::read_file(name), (name + ": the file is empty; give one with text in it").c_str());
  if (fs::exists("/proc/self/mem")) CHECK_THROWS_AS(text::read_file("/proc/self/mem"), Error);
  fs::permissions(name, fs::perms::none);
  if (!std::ifstream(name)) {  // some users may read everything
    CHECK_THROWS_WITH(text::read_file(name),
                      (name + ": cannot be opened (Permission denied); check who may read it").c_str());
  }
}
