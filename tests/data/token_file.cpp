// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <transfix/core/random.hpp>
#include <transfix/data/token_file_windows.hpp>
#include <transfix/data/token_file_writer.hpp>
#include <transfix/data/windows.hpp>
#include <transfix/train/concepts.hpp>

#include "files.hpp"

using namespace transfix;
using data::TokenFile;
using data::TokenFileWriter;

namespace {
std::vector<Token> random_tokens(std::size_t count, Index vocabulary) {
  Random random(7);
  std::vector<Token> tokens(count);
  for (Token& token : tokens) token = static_cast<Token>(random.below(vocabulary));
  return tokens;
}

std::filesystem::path write(const std::filesystem::path& path, std::span<const Token> tokens, Index vocabulary) {
  TokenFileWriter writer(path, vocabulary);
  writer.append(tokens);
  writer.finish();
  return path;
}

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

template <class Example>
bool same(const Example& left, const auto& right) {
  bool equal = true;
  for (Index i = 0; i < left.input.length; ++i) {
    equal = equal && left.input[i] == right.input[i] && left.target[i] == right.target[i];
  }
  return equal;
}
}  // namespace

TEST_CASE("token file: tokens come back, with two or four bytes each, appended in pieces of any length") {
  const Folder folder;
  for (const Index vocabulary : {Index{65536}, Index{65537}, Index{1} << 31}) {
    auto tokens = random_tokens(5000, vocabulary);
    tokens[17] = static_cast<Token>(vocabulary - 1);
    TokenFileWriter writer(folder.path / "a", vocabulary);
    std::span<const Token> rest = tokens;
    for (std::size_t piece = 0; !rest.empty(); ++piece) {
      const std::size_t count = std::min(rest.size(), piece * piece);
      writer.append(rest.first(count));
      rest = rest.subspan(count);
    }
    CHECK(writer.size() == 5000);
    writer.finish();
    const TokenFile file(folder.path / "a");
    CHECK(std::filesystem::file_size(folder.path / "a") == 32 + 5000 * (vocabulary <= 65536 ? 2 : 4));
    REQUIRE(file.size() == 5000);
    CHECK(file.largest_token() == vocabulary - 1);
    std::vector<Token> read(5000);
    file.read(0, read);
    CHECK(read == tokens);
    CHECK(file[4999] == tokens[4999]);
  }
}

TEST_CASE("token file: the bytes are those of the documented format") {
  const Folder folder;
  const std::vector<Token> tokens = {1, 0x1234, 2};
  const std::string start = "txtokens" + std::string("\1\0\0\0", 4);
  const std::string rest = std::string("\3\0\0\0\0\0\0\0\x35\x12\0\0\0\0\0\0", 16);
  CHECK(io::read_bytes(write(folder.path / "a", tokens, 50257)) ==
        start + std::string("\2\0\0\0", 4) + rest + std::string("\1\0\x34\x12\2\0", 6));
  CHECK(io::read_bytes(write(folder.path / "b", tokens, 100000)) ==
        start + std::string("\4\0\0\0", 4) + rest + std::string("\1\0\0\0\x34\x12\0\0\2\0\0\0", 12));
}

TEST_CASE("token file: an empty one has no token, and reads beyond the end are refused") {
  const Folder folder;
  const TokenFile empty(write(folder.path / "a", {}, 10));
  CHECK(empty.size() == 0);
  CHECK(empty.largest_token() == -1);
  CHECK_THROWS_AS(empty[0], Error);
  const TokenFile file(write(folder.path / "b", std::vector<Token>{3, 1, 2}, 10));
  std::vector<Token> two(2);
  file.read(1, two);
  CHECK(two == std::vector<Token>{1, 2});
  CHECK_THROWS_WITH(file.read(2, two), doctest::Contains("tokens 2 to 3 are not all in this file of 3"));
  CHECK_THROWS_AS(file[3], Error);
  CHECK_THROWS_AS(file[-1], Error);
  file.read(3, {});
}

TEST_CASE("token file: nothing appears, changes or stays behind before finish()") {
  const Folder folder;
  const auto path = folder.file("a", "before");
  {
    TokenFileWriter writer(path, 10);
    writer.append(std::vector<Token>{1, 2});
    CHECK_THROWS_WITH(writer.append(std::vector<Token>{1, 10}),
                      doctest::Contains("token 3 would be 10, which is not in the vocabulary of 10"));
    CHECK_THROWS_AS(writer.append(std::vector<Token>{-1}), Error);
    CHECK(writer.size() == 2);
    CHECK(io::read_bytes(path) == "before");
  }
  CHECK(io::read_bytes(path) == "before");
  CHECK(files_in(folder.path) == 1);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::create_symlink(path, folder.path / "link");
  TokenFileWriter writer(folder.path / "link", 10);
  writer.append(std::vector<Token>{4, 5});
  writer.finish();
  CHECK(std::filesystem::is_symlink(folder.path / "link"));
  CHECK(TokenFile(path)[1] == 5);
  CHECK(std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(files_in(folder.path) == 2);
  CHECK_THROWS_WITH(writer.append({}), doctest::Contains("closed"));
  CHECK_THROWS_WITH(writer.finish(), doctest::Contains("closed"));
}

TEST_CASE("token file: a reader keeps its file when another one takes its place") {
  const Folder folder;
  const TokenFile old(write(folder.path / "a", std::vector<Token>{1, 2, 3}, 10));
  write(folder.path / "a", std::vector<Token>{9}, 10);
  CHECK(old[2] == 3);
  CHECK(TokenFile(folder.path / "a").size() == 1);
}

TEST_CASE("token file: wrong settings and places are refused") {
  const Folder folder;
  CHECK_THROWS_AS(TokenFileWriter(folder.path / "a", 0), Error);
  CHECK_THROWS_AS(TokenFileWriter(folder.path / "a", (Index{1} << 31) + 1), Error);
  CHECK_THROWS_WITH(TokenFileWriter(folder.path, 10), doctest::Contains("not a plain file"));
  CHECK_THROWS_AS(TokenFileWriter(folder.path / "none" / "a", 10), Error);
  CHECK(files_in(folder.path) == 0);
}

TEST_CASE("token file: a cut file, another kind and damage are refused") {
  const Folder folder;
  const std::string good = io::read_bytes(write(folder.path / "good", random_tokens(100, 50000), 50000));
  const auto refuses = [&](const std::string& bytes, const char* words) {
    CHECK_THROWS_WITH_AS(TokenFile(folder.file("a", bytes)), doctest::Contains(words), Error);
  };
  refuses("", "not a token file");
  refuses("To be, or not to be, that is the question", "not a token file");
  refuses(good.substr(0, 31), "not a token file");
  for (const std::size_t size : {32u, 33u, 231u}) refuses(good.substr(0, size), "should have 100 tokens");
  refuses(good + "x", "should have 100 tokens");
  refuses(good + "xx", "hold 101");
  const auto changed = [&](std::size_t place, char byte) {
    std::string bytes = good;
    bytes[place] = byte;
    return bytes;
  };
  refuses(changed(0, 'T'), "not a token file");
  refuses(changed(8, 2), "version 2");
  refuses(changed(12, 0), "header of this token file is damaged");
  refuses(changed(12, 4), "should have 100 tokens");
  refuses(changed(23, 0x7F), "should have");
  refuses(changed(31, 1), "header of this token file is damaged");
  CHECK_THROWS_WITH(TokenFile(folder.path / "none"), doctest::Contains("cannot be opened"));
  CHECK_THROWS_WITH(TokenFile(folder.path), doctest::Contains("not a plain file"));

  std::string damaged = good;
  damaged[32 + 2 * 40] = damaged[32 + 2 * 40 + 1] = '\xFF';
  const TokenFile file(folder.file("b", damaged));
  CHECK_NOTHROW(file[39]);
  CHECK_THROWS_WITH(file[40], doctest::Contains("there is a token 65535 between 40 and 40"));
}

TEST_CASE("token file: its windows are those of the same text in memory") {
  const Folder folder;
  for (const std::size_t length : {6u, 7u, 10u, 11u, 12u, 64u}) {
    CAPTURE(length);
    const auto tokens = random_tokens(length, 70000);
    const TokenFile file(write(folder.path / "a", tokens, 70000));
    const data::TokenFileWindows<5> windows(file);
    const auto expected = data::next_token_windows<5>(tokens);
    CHECK(windows.largest_token() == expected.largest_token());
    REQUIRE(windows.size() == expected.size());
    for (Index i = 0; i < windows.size(); ++i) CHECK(same(windows.example(i), expected.example(i)));
    const auto once = windows.each_once();
    const auto expected_once = expected.each_once();
    REQUIRE(once.size() == expected_once.size());
    for (Index i = 0; i < once.size(); ++i) CHECK(same(once.example(i), expected_once.example(i)));
    CHECK_THROWS_AS(windows.example(windows.size()), Error);
    CHECK_THROWS_AS(windows.example(-1), Error);
  }
}

TEST_CASE("token file: windows with a stride reach every token after the first") {
  const Folder folder;
  std::vector<Token> tokens(50);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<Token>(i);
  const TokenFile file(write(folder.path / "a", tokens, 50));
  for (Index stride = 1; stride <= 8; ++stride) {
    const data::TokenFileWindows<8> windows(file, stride);
    std::vector<Index> seen(50);
    for (Index i = 0; i < windows.size(); ++i) {
      const auto example = windows.example(i);
      for (Index j = 0; j < 8; ++j) {
        if (example.target[j] >= 0) ++seen[static_cast<std::size_t>(example.target[j])];
      }
    }
    CHECK(seen[0] == 0);
    CHECK(*std::min_element(seen.begin() + 1, seen.end()) == 1);
    CHECK(*std::max_element(seen.begin(), seen.end()) <= (8 + stride - 1) / stride);
  }
  CHECK_THROWS_AS(data::TokenFileWindows<8>(file, 9), Error);
  CHECK_THROWS_AS(data::TokenFileWindows<8>(file, 0), Error);
  CHECK_THROWS_WITH(data::TokenFileWindows<50>(file, 1), doctest::Contains("need at least 51"));
}

TEST_CASE("token file: an example holds its tokens, also as a copy") {
  static_assert(DataSet<data::TokenFileWindows<4>>);
  static_assert(std::is_same_v<decltype(data::TokenFileWindows<4>::Example::input), Tokens<4>>);
  static_assert(!std::is_constructible_v<data::TokenFileWindows<4>, TokenFile>);  // a temporary
  const Folder folder;
  const TokenFile file(write(folder.path / "a", random_tokens(100, 1000), 1000));
  const data::TokenFileWindows<4> windows(file);
  std::vector<data::TokenFileWindows<4>::Example> kept;
  for (Index i = 0; i < 20; ++i) kept.push_back(windows.example(i));
  kept[0] = kept[7];
  for (Index i = 1; i < 20; ++i) CHECK(same(kept[static_cast<std::size_t>(i)], windows.example(i)));
  CHECK(same(kept[0], windows.example(7)));
  CHECK(kept[0].input.data != kept[7].input.data);
}

TEST_CASE("token file: several threads read at once") {
  const Folder folder;
  const auto tokens = random_tokens(3000, 50000);
  const TokenFile file(write(folder.path / "a", tokens, 50000));
  const data::TokenFileWindows<16> windows(file);
  const auto expected = data::next_token_windows<16>(tokens);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (Index i = 0; i < windows.size(); ++i) wrong += !same(windows.example(i), expected.example(i));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
