// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <transfix/io/safetensors.hpp>

#if defined(__linux__)
#include <sys/resource.h>

#include <csignal>
#endif

using namespace transfix;
namespace fs = std::filesystem;

namespace {
template <class Scalar, Index Width>
struct Affine {
  Parameter<Shape<3, Width>, Scalar> weight;
  Parameter<Shape<Width>, Scalar> bias;
};
template <class Layer>
struct Pair {
  static constexpr Index count = 2;
  Layer items[2];
};
template <class Scalar, Index Width = 5>
struct Model {
  Pair<Affine<Scalar, Width>> blocks;
  Parameter<Shape<>, Scalar> scale;
};
struct Mixed {
  Parameter<Shape<1>, float> narrow;
  Parameter<Shape<1>, double> wide;
};
struct Attention {
  Parameter<Shape<1, 2, 3>> attn;
};
struct Four {
  Parameter<Shape<4>> x;
};

struct Folder {
  fs::path path = fs::temp_directory_path() / "transfix_safetensors_test";
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path operator/(const char* name) const { return path / name; }
  Index files() const { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); }
};

template <class Model>
void fill(Model& model, double first = 0.1) {
  for_each_parameter(model, [&](const Path&, auto& parameter) {
    for (auto& number : parameter.data) number = static_cast<std::remove_reference_t<decltype(number)>>(first += 1.25);
  });
}
template <class Model>
std::vector<double> numbers(const Model& model) {
  std::vector<double> all;
  for_each_parameter(model, [&](const Path&, const auto& parameter) {
    for (const auto number : parameter.data) all.push_back(static_cast<double>(number));
  });
  return all;
}
std::string with_length(const std::string& header, const std::string& data = "") {
  std::string file;
  for (int byte = 0; byte < 8; ++byte) file += static_cast<char>(header.size() >> (8 * byte) & 0xFF);
  return file + header + data;
}
void write(const fs::path& path, const std::string& contents) { std::ofstream(path, std::ios::binary) << contents; }
io::Safetensors parsed(const std::string& header, const std::string& data = "") {
  return io::parse_safetensors(with_length(header, data), "m");
}
template <class Stored>
std::string bytes_of(std::initializer_list<Stored> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(Stored)};
}
const std::string x4 = R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
}  // namespace

TEST_CASE_TEMPLATE("safetensors: a saved model is loaded bit for bit, with its metadata", Scalar, float, double) {
  const Folder folder;
  static Model<Scalar> saved, loaded;
  fill(saved);
  saved.scale.data[0] = std::numeric_limits<Scalar>::denorm_min();
  const io::Metadata metadata = {{"alphabet", std::string("\n \"\\\0\u00E9\U0001F600", 11)}, {"", "empty"}};
  io::save(saved, folder / "model.safetensors", metadata);
  CHECK(io::load(loaded, folder / "model.safetensors") == metadata);
  CHECK(numbers(loaded) == numbers(saved));
  CHECK(folder.files() == 1);
}

TEST_CASE("safetensors: tensors are stored under the names and shapes of the members") {
  const Folder folder;
  static Model<float> model;
  fill(model);
  io::save(model, folder / "model.safetensors");
  const auto file = io::read_safetensors(folder / "model.safetensors");
  CHECK(file.metadata.empty());
  REQUIRE(file.tensors.size() == 5);
  const auto& weight = file.tensors.at("blocks.1.weight");
  CHECK(weight.dtype == "F32");
  CHECK(weight.shape == std::vector<std::uint64_t>{3, 5});
  CHECK(std::memcmp(weight.bytes.data(), model.blocks.items[1].weight.data, 60) == 0);
  CHECK(file.tensors.at("scale").shape.empty());
}

// The bytes that the format's reference writer produces for a tensor `attn` (the shared examples have its like).
TEST_CASE("safetensors: the bytes are those of the reference writer") {
  const Folder folder;
  const Attention model{{{0, 1, 2, 3, 4, 5}}};
  io::save(model, folder / "a");
  CHECK(io::read_bytes(folder / "a") ==
        with_length(R"({"attn":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}  )",
                    bytes_of<float>({0, 1, 2, 3, 4, 5})));
  const Mixed mixed{{{1}}, {{2}}};
  io::save(mixed, folder / "b", {{"k", "v"}});
  CHECK(io::read_bytes(folder / "b") ==
        with_length(R"({"__metadata__":{"k":"v"},"wide":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
                    R"("narrow":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}   )",
                    bytes_of<double>({2}) + bytes_of<float>({1})));
}

TEST_CASE("safetensors: F64, F16 and BF16 are converted to the model's numbers") {
  const Folder folder;
  static Four model;
  const auto load = [&](const char* dtype, const std::string& data) {
    write(folder / "x", with_length(std::string(R"({"x":{"dtype":")") + dtype + R"(","shape":[4],"data_offsets":[0,)" +
                                        std::to_string(data.size()) + "]}}",
                                    data));
    io::load(model, folder / "x");
    return numbers(model);
  };
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(load("F64", bytes_of<double>({1.5, -2, 0, infinity})) == std::vector<double>{1.5, -2, 0, infinity});
  CHECK(load("F32", bytes_of<float>({1.5f, -2, 0, 4})) == std::vector<double>{1.5, -2, 0, 4});
  // 1, the largest, the smallest normal and the smallest number of half precision; then its signs.
  CHECK(load("F16", bytes_of<std::uint16_t>({0x3C00, 0x7BFF, 0x0400, 0x0001})) ==
        std::vector<double>{1, 65504, 0x1p-14, 0x1p-24});
  CHECK(load("F16", bytes_of<std::uint16_t>({0xC248, 0xFC00, 0x83FF, 0x8000})) ==
        std::vector<double>{-3.140625, -infinity, -1023 * 0x1p-24, 0});
  CHECK(std::signbit(model.x.data[3]));
  load("F16", bytes_of<std::uint16_t>({0x7E00, 0, 0, 0}));
  CHECK(std::isnan(model.x.data[0]));
  CHECK(load("BF16", bytes_of<std::uint16_t>({0x3F80, 0xC049, 0x0001, 0x7F80})) ==
        std::vector<double>{1, -3.140625, 0x1p-133, infinity});
}

TEST_CASE("safetensors: a file that does not fit is refused as a whole and leaves the model as it was") {
  const Folder folder;
  static Model<float, 5> model;
  static Model<float, 6> wider;
  fill(model);
  fill(wider, 500);
  const auto before = numbers(model);
  const std::string name = (folder / "wider").string();
  io::save(wider, name);
  CHECK_THROWS_WITH_AS(
      io::load(model, name),
      doctest::Contains((name + ": the file does not fit the model (4 differences); load it into a model of the type "
                                "that was saved:\n  'blocks.0.weight' is [3,5] in the model and [3,6] in the file")
                            .c_str()),
      Error);
  io::save(Mixed{}, folder / "other");
  try {
    io::load(model, folder / "other");
    FAIL("a file of another model was loaded");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find("'scale' [] is missing in the file") != text.npos);
    CHECK(text.find("'narrow' [1] is in the file only") != text.npos);
  }
  // A tensor of whole numbers is no parameter.
  write(folder / "int", with_length(R"({"x":{"dtype":"I32","shape":[4],"data_offsets":[0,16]}})", std::string(16, 1)));
  static Four four;
  CHECK_THROWS_WITH(io::load(four, folder / "int"), doctest::Contains("'x' has dtype I32"));
  // A file cut at any length.
  io::save(model, folder / "whole");
  const std::string whole = io::read_bytes(folder / "whole");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write(folder / "cut", whole.substr(0, length));
    CHECK_THROWS_AS(io::load(model, folder / "cut"), Error);
  }
  CHECK(numbers(model) == before);
  CHECK(numbers(four) == std::vector<double>(4));
}

TEST_CASE("safetensors: what is wrong with a file is said") {
  const auto message = [](const std::string& contents) {
    try {
      io::parse_safetensors(contents, "model.safetensors");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(message(with_length(x4, "abc")) ==
        "model.safetensors: the file ends after 64 bytes but its header promises 65: it is truncated; copy it again");
  CHECK(message(with_length(x4, "abcde")) ==
        "model.safetensors: the file has 66 bytes but its header accounts for only 65; something was added to it, "
        "write it again");
  CHECK(message("{}") == "model.safetensors: the file has 2 bytes, too few for a safetensors file; copy it again");
  CHECK(message(std::string(8, '\xFF') + "{}") ==
        "model.safetensors: the header would have 18446744073709551615 bytes, more than the format's 100000000; "
        "this is not a safetensors file");
  CHECK(message(std::string("\x03\0\0\0\0\0\0\0{}", 10)) ==
        "model.safetensors: the file ends after 10 bytes but its header alone needs 11: it is truncated, or not a "
        "safetensors file; copy it again");
  CHECK(message(with_length(R"({"a\u001b":3})")) ==
        "model.safetensors: the header's entry 'a?' holds a number where none belongs; the file is damaged, write it "
        "again");
  CHECK(message(with_length(R"({"a":{"shape":[1,18446744073709551616]}})")) ==
        "model.safetensors: the header's entry 'a' holds a number that is no whole one below 2^64; the file is "
        "damaged, write it again");
  CHECK(message(with_length(R"({"a":{"shape":[-1]}})")) ==
        "model.safetensors: the header's entry 'a' holds a negative number; the file is damaged, write it again");
  CHECK(message(with_length(R"({"a":{"shape":[1e999]}})")) ==
        "model.safetensors: the header is not valid JSON in UTF-8 (at its byte 16); the file is damaged, write it "
        "again");
}

TEST_CASE("safetensors: valid files are read") {
  CHECK(parsed("{}").tensors.empty());
  CHECK(parsed("{} \r\n\t").tensors.empty());
  CHECK(parsed(" {}").tensors.empty());
  CHECK(parsed(R"({"__metadata__":{"a":"b"}})").metadata == io::Metadata{{"a", "b"}});
  const auto file = parsed(x4, "abcd");
  CHECK(std::string(file.tensors.at("x").bytes.data(), 4) == "abcd");
  // Tensors in any order, and empty ones.
  const auto two =
      parsed(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},"b":{"shape":[2],"data_offsets":[0,2],)"
             R"("dtype":"BOOL"},"c":{"dtype":"F64","shape":[7,0],"data_offsets":[2,2]}})",
             "bbaa");
  CHECK(two.tensors.at("a").bytes[0] == 'a');
  CHECK(two.tensors.at("b").bytes[1] == 'b');
  CHECK(two.tensors.at("c").bytes.empty());
  // Copies and moved files keep their bytes.
  auto copy = file;
  const auto moved = std::move(copy);
  CHECK(std::string(moved.tensors.at("x").bytes.data(), 4) == "abcd");
}

TEST_CASE("safetensors: invalid headers are refused") {
  const auto tensor = [](const char* dtype, const char* shape, const char* offsets) {
    return std::string(R"({"x":{"dtype":")") + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  CHECK(parsed(tensor("U8", "[4]", "[0,4]"), "abcd").tensors.size() == 1);
  const std::string headers[] = {
      "",
      "   ",
      "[]",
      "null",
      "3",
      "{",
      "{}}",
      "{}{}",
      "{},",
      "x{}",
      "\xEF\xBB\xBF{}",
      std::string("{}\0", 3),
      std::string("{}\0 anything", 12),
      "{\"\xFF\":{}}",
      R"({"x":null})",
      R"({"x":3})",
      R"({"x":"y"})",
      R"({"x":[]})",
      R"({"x":{}})",
      R"({"x":{"dtype":"U8","shape":[4]}})",
      // Keys twice, and unknown ones.
      R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"more":1}})",
      R"({"__metadata__":{"a":"1","a":"2"},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      R"({"__metadata__":{},"__metadata__":{},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      // Metadata that is not text.
      R"({"__metadata__":{"a":1},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      R"({"__metadata__":{"a":{}},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      R"({"__metadata__":["a"],"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
      // Values of the wrong kind, and numbers that are not whole and unsigned.
      R"({"x":{"dtype":8,"shape":[4],"data_offsets":[0,4]}})",
      R"({"x":{"dtype":["U8"],"shape":[4],"data_offsets":[0,4]}})",
      tensor("U8", "4", "[0,4]"),
      tensor("U8", "[[4]]", "[0,4]"),
      tensor("U8", "[\"4\"]", "[0,4]"),
      tensor("U8", "[-4]", "[0,4]"),
      tensor("U8", "[4.0]", "[0,4]"),
      tensor("U8", "[4e0]", "[0,4]"),
      tensor("U8", "[true]", "[0,4]"),
      tensor("U8", "[null]", "[0,4]"),
      tensor("U8", "[{}]", "[0,4]"),
      tensor("U8", "{}", "[0,4]"),
      tensor("U8", "[4]", "[-0,4]"),
      tensor("U8", "[18446744073709551620]", "[0,4]"),
      // Offsets that do not fit.
      tensor("U8", "[4]", "[0]"),
      tensor("U8", "[4]", "[0,4,4]"),
      tensor("U8", "[4]", "[]"),
      tensor("U8", "[4]", "[4,0]"),
      tensor("U8", "[3]", "[0,3]"),
      tensor("U8", "[3]", "[1,4]"),
      tensor("U8", "[5]", "[0,5]"),
      tensor("U8", "[3]", "[0,4]"),
      tensor("F32", "[4]", "[0,4]"),
      tensor("U8", "[]", "[0,4]"),
      tensor("", "[4]", "[0,4]"),
      tensor("F31", "[4]", "[0,4]"),
      tensor("u8", "[4]", "[0,4]"),
      tensor("F4", "[9]", "[0,4]"),
      // Products beyond 2^64: they would wrap to 4 bytes and to none.
      tensor("U8", "[576460752303423489,4]", "[0,4]"),
      tensor("U8", "[9223372036854775808,2,0]", "[0,0]"),
      tensor("U8", "[18446744073709551615]", "[0,18446744073709551615]"),
      tensor("U8", "[8]", "[18446744073709551612,4]"),
      // A hole and an overlap.
      R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
      R"({"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
      R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
  };
  for (const std::string& header : headers) {
    CAPTURE(header);
    CHECK_THROWS_AS(parsed(header, "abcd"), Error);
    CHECK_THROWS_AS(parsed(header), Error);
  }
  CHECK_THROWS_AS(parsed(std::string(1'000'000, '[')), Error);
}

TEST_CASE("safetensors: a file with one byte changed is read or refused, never more") {
  const std::string whole =
      with_length(R"({"__metadata__":{"k":"v"},"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "abcd");
  int accepted = 0;
  for (std::size_t position = 0; position < whole.size(); ++position) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = whole;
      changed[position] = static_cast<char>(byte);
      try {
        for (const auto& [name, tensor] : io::parse_safetensors(changed, "m").tensors)
          accepted += tensor.bytes.size() == 4;
      } catch (const Error&) {
      }
    }
  }
  CHECK(accepted > 256 * 4);
}

TEST_CASE("safetensors: metadata that is not UTF-8 is refused before anything is written") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(io::save(Four{}, folder / "x", {{"key", "\xFF"}}), doctest::Contains("is not UTF-8"), Error);
  CHECK(folder.files() == 0);
}

TEST_CASE("safetensors: a file that cannot be written leaves the old one and no other") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(io::save(Four{}, folder / "none" / "x"), doctest::Contains("check that the folder exists"),
                       Error);
  CHECK_THROWS_WITH_AS(io::save(Four{}, folder.path), doctest::Contains("this is a folder"), Error);
#if defined(__linux__)
  io::save(Four{{{1, 2, 3, 4}}}, folder / "x");
  const std::string before = io::read_bytes(folder / "x");
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = old_limit;
  limit.rlim_cur = 50;  // the disk is full after 50 bytes
  setrlimit(RLIMIT_FSIZE, &limit);
  std::string message;
  try {
    io::save(Four{{{5, 6, 7, 8}}}, folder / "x");
  } catch (const Error& error) {
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(message.find("x: cannot be written (File too large); what was there before is untouched") != message.npos);
  CHECK(io::read_bytes(folder / "x") == before);
  CHECK(folder.files() == 1);
#endif
}

TEST_CASE("safetensors: saving through a link keeps the link, and permissions stay") {
  const Folder folder;
  io::save(Four{}, folder / "target");
  fs::permissions(folder / "target", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("target", folder / "link");
  io::save(Four{{{1, 2, 3, 4}}}, folder / "link");
  CHECK(fs::is_symlink(folder / "link"));
  Four model{};
  io::load(model, folder / "target");
  CHECK(model.x.data[3] == 4);
  CHECK(fs::status(folder / "target").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("safetensors: a temporary file that a crash left behind is in nobody's way") {
  const Folder folder;
  write(folder / "x.temporary0", "left behind");
  io::save(Four{{{1, 2, 3, 4}}}, folder / "x");
  Four model{};
  io::load(model, folder / "x");
  CHECK(model.x.data[0] == 1);
  CHECK(io::read_bytes(folder / "x.temporary0") == "left behind");
}

TEST_CASE("safetensors: the format's own examples are read or refused as they should be") {
  const char* data = std::getenv("TRANSFIX_DATA");
  if (data == nullptr || !fs::exists(data)) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return;
  }
  const fs::path folder = fs::path(data) / "safetensors";
  int files = 0;
  std::ifstream list(folder / "expected.tsv");
  std::string line;
  std::getline(list, line);
  for (std::string name, expected; std::getline(list, name, '\t') && std::getline(list, expected, '\t');
       std::getline(list, line), ++files) {
    CAPTURE(name);
    if (expected.starts_with("accept")) {
      CHECK_NOTHROW(io::read_safetensors(folder / name));
    } else {
      CHECK_THROWS_AS(io::read_safetensors(folder / name), Error);
    }
  }
  CHECK(files == 12);
  const auto file = io::read_safetensors(folder / "valid" / "f32_1x2x3.safetensors");
  CHECK(file.tensors.at("attn.0").shape == std::vector<std::uint64_t>{1, 2, 3});
  for (const auto* model : {"tiny_random_gpt2", "tiny_ner_bert"}) {
    CHECK_NOTHROW(io::read_safetensors(fs::path(data) / "weights" / model / "model.safetensors"));
  }
}
