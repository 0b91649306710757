// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <transfix/text/gpt2_files.hpp>
#include <transfix/text/word_piece.hpp>

using namespace transfix;
namespace fs = std::filesystem;

namespace {
/// The folder of the shared tokenizer files, or an empty path.
fs::path folder() {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr || !fs::exists(fs::path(shared) / "tokenizers")) {
    MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
    return {};
  }
  return fs::path(shared) / "tokenizers";
}

std::vector<std::vector<Token>> read_numbers(const fs::path& path) {
  std::vector<std::vector<Token>> rows;
  text::for_each_line(io::read_bytes(path), [&](std::string_view line, Index) {
    std::istringstream numbers{std::string(line)};
    rows.emplace_back();
    for (Token token = 0; numbers >> token;) rows.back().push_back(token);
  });
  return rows;
}

std::vector<std::string> read_texts(const fs::path& path) {
  const std::string separator = "\n__ggml_vocab_test__\n", all = io::read_bytes(path);
  std::vector<std::string> texts;
  for (std::size_t start = 0, end = 0; (end = all.find(separator, start)) != all.npos; start = end + separator.size()) {
    texts.push_back(all.substr(start, end - start));
  }
  return texts;
}

template <class Tokenizer>
void check_published(const Tokenizer& tokenizer, const fs::path& fixture) {
  const auto texts = read_texts(fixture.string() + ".inp");
  const auto expected = read_numbers(fixture.string() + ".out");
  REQUIRE(texts.size() == 46);
  REQUIRE(expected.size() == 46);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(texts[i]);
    CHECK(tokenizer.encode(texts[i]) == expected[i]);
  }
}
}  // namespace

TEST_CASE("published tokenizers: GPT-2's tokens are those of its own encoder") {
  const fs::path shared = folder();
  if (shared.empty()) return;
  const auto gpt2 = text::read_gpt2(shared / "gpt2-encoder.json", shared / "gpt2-vocab.bpe");
  CHECK(gpt2.size() == 50257);
  CHECK(gpt2.token("<|endoftext|>") == 50256);
  check_published(gpt2, shared / "fixtures/llama.cpp/ggml-vocab-gpt-2.gguf");
  for (const auto& text : read_texts(shared / "fixtures/llama.cpp/ggml-vocab-gpt-2.gguf.inp")) {
    CHECK(gpt2.decode(gpt2.encode(text)) == text);
  }
  const auto cases = nlohmann::json::parse(io::read_bytes(shared / "fixtures/gpt2_encoder_cases.json"))["cases"];
  REQUIRE(cases.size() == 7);
  for (const auto& each : cases) {
    CHECK(gpt2.encode(each["text"].get<std::string>()) == each["ids"].get<std::vector<Token>>());
  }
  const auto shakespeare = io::read_bytes(shared.parent_path() / "tinyshakespeare/input.txt");
  const auto tokens = gpt2.encode(shakespeare);
  CHECK(tokens.size() == 338'025);  // nanoGPT's preparation counts 301,966 + 36,059
  CHECK(gpt2.decode(tokens) == shakespeare);
}

TEST_CASE("published tokenizers: BERT's tokens are those of its own tokenizer") {
  const fs::path shared = folder();
  if (shared.empty()) return;
  const auto bert = text::WordPiece::read_bert(shared / "bert-base-uncased-vocab.txt");
  CHECK(bert.size() == 30522);
  CHECK(bert.token("[MASK]") == 103);
  check_published(bert, shared / "fixtures/llama.cpp/ggml-vocab-bert-bge.gguf");
  CHECK(bert.decode(bert.encode("Indivisible tokenizations, WITHOUT doubt.")) ==
        "indivisible tokenizations , without doubt .");
}
