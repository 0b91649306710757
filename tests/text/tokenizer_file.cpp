// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <transfix/text/gpt2_files.hpp>
#include <transfix/text/tokenizer_file.hpp>

#include "folder.hpp"

using namespace transfix;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {
using Tokens = std::vector<Token>;

json special(const char* name, Token number) { return {{"id", number}, {"content", name}, {"special", true}}; }

/// Files as the tokenizers library writes them, with small vocabularies.
json bytes_file() {
  auto file = json::parse(R"({"version": "1.0", "truncation": null, "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
    "post_processor": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"},
    "added_tokens": [{"id": 258, "content": "<|endoftext|>", "special": true, "lstrip": false}],
    "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
      "vocab": {"ab": 256, "Ġab": 257, "<|endoftext|>": 258}, "merges": ["a b", "Ġ ab"]}})");
  for (int byte = 0; byte < 256; ++byte) {
    file["model"]["vocab"][text::in_byte_alphabet(std::string(1, static_cast<char>(byte)))] = byte;
  }
  return file;
}
json words_file() {
  return json::parse(R"({"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
      "strip_accents": null, "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
    "added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]", "special": true},
      {"id": 2, "content": "[CLS]", "special": true}, {"id": 3, "content": "[SEP]", "special": true},
      {"id": 4, "content": "[MASK]", "special": true}],
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
      "max_input_chars_per_word": 8, "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4,
      "cafe": 5, "s": 6, "##s": 7, "É": 8}}})");
}
/// The file of pieces whose merges are all pairs that make a piece, by falling score, as transformers converts them.
json scores_file(const std::vector<text::ScoredPiece>& pieces) {
  auto file = json::parse(R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, "pre_tokenizer": null,
    "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
      "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true}})");
  const auto marked = [](std::string text) {
    for (std::size_t place = 0; (place = text.find(' ', place)) != text.npos;) text.replace(place, 1, "▁");
    return text;
  };
  file["added_tokens"] = {special("<unk>", 0), special("<s>", 1), special("</s>", 2)};
  std::set<std::string> known;
  std::vector<text::ScoredPiece> by_score = pieces;
  for (std::size_t token = 0; token < pieces.size(); ++token) {
    file["model"]["vocab"][marked(pieces[token].text)] = token;
    known.insert(pieces[token].text);
  }
  std::stable_sort(by_score.begin(), by_score.end(), [](auto& a, auto& b) { return a.score > b.score; });
  file["model"]["merges"] = json::array();
  for (const auto& [text, score] : by_score) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      const std::string left = text.substr(0, cut), right = text.substr(cut);
      if (!known.contains(left) || !known.contains(right)) continue;
      file["model"]["merges"].push_back(marked(left) + ' ' + marked(right));
    }
  }
  return file;
}
std::vector<text::ScoredPiece> small_pieces() {
  std::vector<text::ScoredPiece> pieces{{"<unk>"}, {"<s>"}, {"</s>"}};
  for (std::uint32_t byte = 0; byte < 256; ++byte) pieces.push_back({"<0x" + text::hexadecimal(byte, 2) + ">"});
  const auto letters = {" ", "a", "b", "ab", "ba", " a"};
  for (const char* text : letters) pieces.push_back({text, static_cast<float>(-std::ssize(pieces))});
  return pieces;
}

class Reader {
 public:
  text::PublishedTokenizer operator()(const json& file) const {
    std::ofstream(path) << file;
    return text::read_tokenizer(path);
  }
  template <class Tokenizer>
  Tokenizer as(const json& file) const {
    std::ofstream(path) << file;
    return text::read_tokenizer<Tokenizer>(path);
  }
  std::string refusal(const json& file) const {
    try {
      (*this)(file);
    } catch (const Error& error) {
      CHECK(std::string_view(error.what()).starts_with(path.string()));
      return error.what();
    }
    return "no error";
  }

 private:
  Folder folder;
  fs::path path = folder.path / "tokenizer.json";
};

bool holds(const std::string& text, std::string_view part) {
  CAPTURE(text);
  return text.find(part) != text.npos;
}

/// The folder of the shared data, or an empty path.
fs::path shared_data() {
  const char* shared = std::getenv("TRANSFIX_DATA");
  if (shared == nullptr) MESSAGE("skipped: set TRANSFIX_DATA to the folder of the shared data");
  return shared == nullptr ? "" : shared;
}
}  // namespace

TEST_CASE("tokenizer.json: bytes in pairs, as GPT-2 has them") {
  const Reader read;
  auto file = bytes_file();
  const auto tokenizer = read.as<text::BytePairEncoding>(file);
  CHECK(tokenizer.encode("ab ab a") == Tokens{256, 257, ' ', 'a'});
  CHECK(tokenizer.decode(Tokens{256, 257, ' ', 'a'}) == "ab ab a");
  CHECK(tokenizer.token(tokenizer.special().end) == 258);
  file["model"]["merges"] = json::parse(R"([["a", "b"], ["Ġ", "ab"]])");  // as newer versions write them
  CHECK(read.as<text::BytePairEncoding>(file).encode("ab ab a") == Tokens{256, 257, ' ', 'a'});
}

TEST_CASE("tokenizer.json: BERT's pieces, uncased and cased") {
  const Reader read;
  auto file = words_file();
  const auto uncased = read.as<text::WordPiece>(file);
  CHECK(uncased.encode("Cafés CAFÉ s?") == Tokens{5, 7, 5, 6, 1});
  CHECK(uncased.encode("cafessssss") == Tokens{1});  // more than 8 characters
  CHECK(uncased.token("[MASK]") == 4);
  file["normalizer"]["lowercase"] = false;
  CHECK(read.as<text::WordPiece>(file).encode("cafe Cafe É") == Tokens{5, 1, 8});
}

TEST_CASE("tokenizer.json: Llama's pieces say the same as their scores") {
  const Reader read;
  const auto pieces = small_pieces();
  const text::ScorePairs scored(pieces);
  const auto tokenizer = read.as<text::ScorePairs>(scores_file(pieces));
  CHECK(tokenizer.special().begin == "<s>");
  for (const auto* text : {"a", "ab", "ba", "aba", "bab ab", "  a  ", "é\n", "<s>"}) {
    CAPTURE(text);
    CHECK(tokenizer.encode(text) == scored.encode(text));
    CHECK(tokenizer.decode(tokenizer.encode(text)) == text);
  }
}

TEST_CASE("tokenizer.json: what would make other tokens is named, all of it") {
  const Reader read;
  auto file = bytes_file();
  file["normalizer"] = {{"type", "NFC"}};
  file["pre_tokenizer"]["add_prefix_space"] = true;
  const auto message = read.refusal(file);
  CHECK(holds(message, "normalizer is '{\"type\":\"NFC\"}'; supported is null"));
  CHECK(holds(message, "pre_tokenizer/add_prefix_space is 'true'; supported is false"));

  file = words_file();
  file["normalizer"]["strip_accents"] = false;
  CHECK(holds(read.refusal(file), "normalizer/strip_accents is 'false'; supported is null or true"));
  file = words_file();
  file["added_tokens"].push_back({{"id", 9}, {"content", "new"}, {"special", false}});
  CHECK(holds(read.refusal(file), "'new', which is not special"));
  file = words_file();
  file["model"]["type"] = "Unigram";
  CHECK(holds(read.refusal(file), "of the type '\"Unigram\"'; BPE and WordPiece are supported"));
  file = scores_file(small_pieces());
  file["model"]["merges"].erase(0);
  CHECK(holds(read.refusal(file), "there is no merge of"));
}

TEST_CASE("tokenizer.json: broken files are refused with the reason, and other tokenizers than asked for") {
  const Reader read;
  CHECK(holds(read.refusal(json::object()), "there is no object \"model\""));
  CHECK(holds(read.refusal(json::array()), "there is no object \"model\""));
  auto file = bytes_file();
  file["model"]["vocab"]["ab"] = 300;
  CHECK(holds(read.refusal(file), "no token has the number 256"));
  file["model"]["vocab"]["ab"] = 97;
  CHECK(holds(read.refusal(file), "have the same number, 97"));
  file["model"]["vocab"]["ab"] = "three";
  CHECK(holds(read.refusal(file), "the number of the token 'ab' is missing"));
  file = bytes_file();
  file["model"]["merges"] = json::parse(R"(["ab"])");
  CHECK(holds(read.refusal(file), "is not two tokens"));
  file["model"]["merges"] = 1;
  CHECK(holds(read.refusal(file), "has no list \"merges\""));
  file = words_file();
  file["model"].erase("unk_token");
  CHECK(holds(read.refusal(file), "lacks \"unk_token\""));
  std::string message = "no error";
  try {
    read.as<text::WordPiece>(bytes_file());
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(holds(message, "this tokenizer is a BytePairEncoding, and another was asked for"));
}

TEST_CASE("tokenizer.json: the published vocabularies give the tokens of their own files") {
  const fs::path shared = shared_data();
  if (shared.empty()) return;
  const Reader read;
  const std::string inputs = io::read_bytes(shared / "tokenizers/fixtures/llama.cpp/ggml-vocab-gpt-2.gguf.inp");
  const fs::path folder = shared / "tokenizers";

  auto file = bytes_file();
  file["model"]["vocab"] = json::parse(io::read_bytes(folder / "gpt2-encoder.json"));
  file["added_tokens"] = {special("<|endoftext|>", 50256)};
  file["model"]["merges"] = json::array();
  text::for_each_line(io::read_bytes(folder / "gpt2-vocab.bpe"), [&](std::string_view line, Index) {
    if (!line.empty() && !line.starts_with("#version")) file["model"]["merges"].push_back(line);
  });
  const auto gpt2 = text::read_gpt2(folder / "gpt2-encoder.json", folder / "gpt2-vocab.bpe");
  CHECK(read.as<text::BytePairEncoding>(file).encode(inputs) == gpt2.encode(inputs));

  file = words_file();
  file["model"]["max_input_chars_per_word"] = 100;
  file["model"]["vocab"] = json::object();
  text::for_each_line(io::read_bytes(folder / "bert-base-uncased-vocab.txt"), [&](std::string_view line, Index) {
    if (!line.empty()) file["model"]["vocab"][std::string(line)] = file["model"]["vocab"].size();
  });
  for (auto& token : file["added_tokens"]) token["id"] = file["model"]["vocab"][token["content"].get<std::string>()];
  const auto bert = text::WordPiece::read_bert(folder / "bert-base-uncased-vocab.txt");
  CHECK(read.as<text::WordPiece>(file).encode(inputs) == bert.encode(inputs));

  const auto stories = text::read_llama2c_tokenizer(shared / "weights/stories260K/tok512.bin");
  auto pieces = stories.pieces();
  pieces[1].text = "<s>";
  pieces[2].text = "</s>";
  const auto llama = read.as<text::ScorePairs>(scores_file(pieces));
  CHECK(llama.encode(inputs) == stories.encode(inputs));
  CHECK(llama.decode(llama.encode(inputs)) == inputs);
}
