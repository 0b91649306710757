// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <set>
#include <transfix/io/file.hpp>

#include "../data/files.hpp"
#include "../support.hpp"

using namespace transfix;
using support::contains;
using support::message_of;
namespace fs = std::filesystem;

namespace {
void write(const fs::path& path, std::string_view bytes) { io::write_atomically(path, std::span(&bytes, 1)); }
}  // namespace

TEST_CASE("file: whatever is no plain file, or a link to one, is refused before work begins and when it is written") {
  const Folder folder;
  folder.file("data", "text");
  fs::create_symlink("data", folder.path / "link");
  fs::create_symlink("nothing", folder.path / "broken");
  REQUIRE(mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  io::check_writable(folder.path / "link");
  const std::pair<fs::path, const char*> wrong[] = {{folder.path, "this is a folder"},
                                                    {folder.path / "broken", "a link to a file that does not exist"},
                                                    {folder.path / "pipe", "not a plain file"},
                                                    {folder.path / "none" / "x", "check that the folder exists"}};
  for (const auto& [given, message] : wrong) {
    const fs::path& path = given;
    CHECK(contains(message_of([&] { io::check_writable(path); }), message));
    CHECK(contains(message_of([&] { write(path, "new"); }), message));
  }
  CHECK(fs::is_symlink(folder.path / "broken"));
  CHECK(contains(message_of([&] { io::check_writable(folder.path / "link", {(folder.path / "data").native()}); }),
                 "this is the file of data"));
  CHECK(io::read_bytes(folder.path / "link") == "text");
}

TEST_CASE("file: what killed processes left behind is removed, all of it and nothing else") {
  const Folder folder;
  for (const char* name : {"x", "x.temporary0", "x.temporary2", "x.temporary17", "x.temporary", "x.temporary1.txt",
                           "y.temporary0", "ax.temporary0"}) {
    folder.file(name, "text");
  }
  io::remove_unfinished(folder.path / "x");
  std::set<std::string> left;
  for (const auto& file : fs::directory_iterator(folder.path)) left.insert(file.path().filename().string());
  CHECK(left == std::set<std::string>{"x", "x.temporary", "x.temporary1.txt", "y.temporary0", "ax.temporary0"});
  io::remove_unfinished(folder.path / "none" / "x");  // a folder that is not there holds nothing
}
