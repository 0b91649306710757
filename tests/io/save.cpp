// SPDX-License-Identifier: MIT
#include <transfix/io/save.hpp>

// A program that only saves does not compile a JSON library.
#ifdef INCLUDE_NLOHMANN_JSON_HPP_
#error "io/save.hpp includes nlohmann/json.hpp"
#endif

#include <doctest/doctest.h>

#include <cstring>
#include <transfix/io/safetensors.hpp>

using namespace transfix;
namespace fs = std::filesystem;

namespace {
struct Model {
  Parameter<Shape<2, 3>> weight;
  Parameter<Shape<>> scale;
  Parameter<Shape<1>, float> bias;
};
struct Adapted {
  Parameter<Shape<2>> weight;
  Parameter<Shape<3>, double> wide;
};

struct File {
  fs::path path = fs::temp_directory_path() / "transfix_save_test.safetensors";
  File() { fs::remove(path); }
  ~File() { fs::remove(path); }
};

std::string header_of(const fs::path& path) {
  const std::string bytes = io::read_bytes(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof(length));
  return bytes.substr(8, length);
}
}  // namespace

TEST_CASE("save: metadata of all characters comes back as it was") {
  io::Metadata metadata{{"", "empty key"}, {"empty text", ""}, {"quotes \" and \\ and /", "\"\\\\\""}};
  std::string controls;
  for (char character = 0; character < 0x20; ++character) controls += character;
  metadata["controls"] = controls + '\x7F';
  metadata[controls] = "as a key";
  metadata["\u00e9 \u20ac \U0001F600"] = "\u0080\u07ff\u0800\uffff\U00010000\U0010FFFF";

  const File file;
  Model model{};
  io::save(model, file.path, metadata);
  CHECK(io::load(model, file.path) == metadata);
}

TEST_CASE("save: the header is that of the format's reference writer") {
  const File file;
  Model model{};
  Adapted adapted{};

  io::save(model, file.path, {{"b", "2"}, {"a", "1\n"}});
  std::string header = header_of(file.path);
  CHECK(header.size() % 8 == 0);
  header.resize(header.find_last_not_of(' ') + 1);
  CHECK(header == R"({"__metadata__":{"a":"1\u000A","b":"2"},"bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                  R"("scale":{"dtype":"F32","shape":[],"data_offsets":[4,8]},)"
                  R"("weight":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})");

  io::save(adapted, file.path);
  header = header_of(file.path);
  CHECK(header.find("\"wide\"") < header.find("\"weight\""));
  CHECK(header.find("__metadata__") == header.npos);
}

TEST_CASE("save: metadata that is not UTF-8 is refused, and the file stays as it was") {
  const File file;
  Model model{};
  io::save(model, file.path, {{"note", "first"}});
  for (const char* const text : {"caf\xE9", "\xC3", "\xF0\x9F\x98", "\xED\xA0\x80", "\xC0\x80", "\x80"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(
        io::save(model, file.path, {{"note", text}}),
        doctest::Contains("is not UTF-8, which a safetensors file cannot hold; encode it as text first"), Error);
    CHECK_THROWS_AS(io::save(model, file.path, {{text, "note"}}), Error);
  }
  CHECK(io::load(model, file.path).at("note") == "first");
}
