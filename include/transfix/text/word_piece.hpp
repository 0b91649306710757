// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/bert_words.hpp>
#include <transfix/text/check_tokens.hpp>
#include <transfix/text/lines.hpp>
#include <transfix/text/vocabulary.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// How a WordPiece tokenizer reads text; the defaults are those of BERT, uncased.
struct WordPieceOptions {
  bool lower_case = true;    ///< lower case and no accents
  Index longest_word = 100;  ///< words of more characters become the unknown token
};

/// The names that BERT's special tokens have in its vocabularies.
inline SpecialTokens bert_special_tokens() {
  return {
      .padding = "[PAD]", .unknown = "[UNK]", .begin = "[CLS]", .end = "[SEP]", .mask = "[MASK]", .separator = "[SEP]"};
}

/// The tokenizer of BERT (Devlin et al. 2019): cleans the text and cuts it into words (for_each_bert_word), and each
/// word, from its start, into the longest pieces of the vocabulary; pieces that go on are written there with ##
/// before them. A word that cannot be made of pieces is the unknown token.
class WordPiece {
 public:
  explicit WordPiece(Vocabulary vocabulary, WordPieceOptions options = {})
      : vocabulary_(std::move(vocabulary)), options_(options) {
    if (special().unknown.empty()) fail("WordPiece needs an unknown token in its vocabulary; name it in SpecialTokens");
    unknown_ = token(special().unknown);
    for (const std::string& word : vocabulary_.words()) {
      const bool goes_on = continues(word);
      const auto piece = std::string_view(word).substr(goes_on ? mark.size() : 0);
      longest_piece_ = std::max(longest_piece_, piece.size());
      (goes_on ? continuing_ : starting_).emplace(piece, static_cast<Token>(&word - vocabulary_.words().data()));
    }
  }

  /// Reads a vocab.txt of BERT: a line for each token, from 0 on.
  static WordPiece read_bert(const std::filesystem::path& path, const WordPieceOptions& options = {},
                             const SpecialTokens& special = bert_special_tokens()) {
    std::vector<std::string> words;
    for_each_line(io::read_bytes(path), [&](std::string_view line, Index number) {
      if (line.empty()) fail(path.string(), ":", number, ": the line is empty; each line is a token");
      words.emplace_back(line);
    });
    return WordPiece(Vocabulary(std::move(words), special, path.string() + ": the vocabulary"), options);
  }

  Index size() const { return vocabulary_.size(); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const SpecialTokens& special() const { return vocabulary_.special(); }
  Token token(std::string_view word) const { return vocabulary_.token(word); }

  /// Names of special tokens in the text are text; encode_with_special takes them for tokens.
  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> tokens;
    for_each_bert_word(text, options_.lower_case, [&](std::string_view word) { append_pieces(word, tokens); });
    return tokens;
  }

  /// The words with a space between them, each put together from its pieces.
  std::string decode(std::span<const Token> tokens) const {
    check_tokens(tokens, size());
    std::string text;
    for (const Token token : tokens) {
      const std::string_view word = vocabulary_.word(token);
      if (!text.empty() && !continues(word)) text += ' ';
      text += word.substr(continues(word) ? mark.size() : 0);
    }
    return text;
  }

  /// As the JSON of a Vocabulary with the format "transfix word pieces 1" and the members of WordPieceOptions.
  void save(const std::filesystem::path& path) const {
    detail::write_json(path, {{"format", format},
                              {"lower_case", options_.lower_case},
                              {"longest_word", options_.longest_word},
                              {"special", detail::to_json(special())},
                              {"words", detail::to_json(vocabulary_.words())}});
  }
  static WordPiece load(const std::filesystem::path& path) {
    const detail::JsonFile file(path, format);
    const auto& longest_word = file.member("longest_word", detail::JsonFile::Type::number_unsigned);
    return WordPiece(Vocabulary::read(file),
                     {.lower_case = file.flag("lower_case"), .longest_word = longest_word.get<Index>()});
  }

  friend bool operator==(const WordPiece& left, const WordPiece& right) {
    return left.vocabulary_ == right.vocabulary_ && left.options_.lower_case == right.options_.lower_case &&
           left.options_.longest_word == right.options_.longest_word;
  }

 private:
  static constexpr const char* format = "transfix word pieces 1";
  static constexpr std::string_view mark = "##";

  static bool continues(std::string_view word) { return word.starts_with(mark) && word.size() > mark.size(); }
  static bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

  void append_pieces(std::string_view word, std::vector<Token>& tokens) const {
    const std::size_t before = tokens.size();
    const auto unknown = [&] {
      tokens.resize(before);
      tokens.push_back(unknown_);
    };
    if (word.size() - static_cast<std::size_t>(std::count_if(word.begin(), word.end(), continues_character)) >
        static_cast<std::size_t>(options_.longest_word)) {
      return unknown();
    }
    while (!word.empty()) {
      const auto& pieces = tokens.size() == before ? starting_ : continuing_;
      std::size_t length = std::min(word.size(), longest_piece_);
      auto place = pieces.find(word.substr(0, length));
      while (place == pieces.end() && length > 1) place = pieces.find(word.substr(0, --length));
      if (place == pieces.end()) return unknown();
      tokens.push_back(place->second);
      word.remove_prefix(length);
    }
  }

  Vocabulary vocabulary_;
  WordPieceOptions options_;
  Token unknown_ = 0;
  TextMap<Token> starting_, continuing_;  // without the mark
  std::size_t longest_piece_ = 0;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
