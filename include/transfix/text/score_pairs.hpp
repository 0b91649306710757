// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <queue>
#include <transfix/io/file.hpp>
#include <transfix/text/byte_pair_merges.hpp>
#include <transfix/text/check_tokens.hpp>
#include <transfix/text/escape.hpp>
#include <transfix/text/special_tokens.hpp>
#include <transfix/text/text_map.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// A token of ScorePairs and how gladly it is made: of two merges the one with the higher score comes first.
struct ScoredPiece {
  std::string text;
  float score = 0;
  friend bool operator==(const ScoredPiece&, const ScoredPiece&) = default;
};

/// Byte-pair encoding by scores, as SentencePiece has it (Kudo & Richardson 2018) and Llama uses it: a space is put
/// before the text, its characters are tokens, and the two neighbours whose joined text has the highest score become
/// one, the leftmost of equal ones first, until no neighbours make a token. A character that is no token is written as
/// its bytes, by the tokens <0x00> .. <0xFF>. decode(encode(text)) == text for any bytes. Threads may share one.
class ScorePairs {
 public:
  /// The pieces in the order of their tokens; `special` names those of them that stand for no text.
  explicit ScorePairs(std::vector<ScoredPiece> pieces, SpecialTokens special = llama_special(),
                      const std::string& origin = "the vocabulary")
      : pieces_(std::move(pieces)), special_(std::move(special)), bytes_(pieces_.size(), no_byte) {
    if (pieces_.size() > std::numeric_limits<Token>::max()) fail(origin, ": ", pieces_.size(), " pieces are too many");
    const auto names = special_.names();
    for (const auto& name : names) special_numbers_.try_emplace(name, no_piece);
    for (Token token = 0; token < size(); ++token) add(token, origin);
    for (const auto& name : names) {
      if (token(name) == no_piece) {
        fail(origin, ": the special token ", shown(name), " is missing; add it, or give the name that it has");
      }
    }
    for (std::size_t byte = 0; byte < tokens_of_bytes_.size(); ++byte) {
      if (tokens_of_bytes_[byte] == no_piece) {
        fail(origin, ": the piece <0x", hexadecimal(static_cast<std::uint32_t>(byte), 2),
             "> is missing; characters that are no piece are written as such bytes, so all 256 are needed");
      }
    }
    for (const auto& [text, token] : numbers_) add_merges(text, token);
  }

  /// The names of the tokens that Llama's pieces have for no text.
  static SpecialTokens llama_special() { return {.unknown = "<unk>", .begin = "<s>", .end = "</s>"}; }

  Index size() const { return std::ssize(pieces_); }
  const SpecialTokens& special() const { return special_; }
  const std::vector<ScoredPiece>& pieces() const { return pieces_; }

  /// The token of a special token's name.
  Token token(std::string_view name) const {
    const auto place = special_numbers_.find(name);
    if (place == special_numbers_.end()) {
      fail(shown(name), " is not the name of a special token of this tokenizer; check how it is written");
    }
    return place->second;
  }

  /// The tokens of a text, without a begin or an end. An empty text has none.
  std::vector<Token> encode(std::string_view text) const {
    if (text.empty()) return {};
    std::vector<Token> tokens;
    append_symbol_tokens(" ", tokens);
    for (std::size_t position = 0; position < text.size();) {
      const std::size_t start = position;
      read_symbol(text, position);
      append_symbol_tokens(text.substr(start, position - start), tokens);
    }
    return merged(tokens);
  }

  /// The text of the tokens; special tokens have none, and the space that encode put before the text is left out.
  std::string decode(std::span<const Token> tokens) const {
    check_tokens(tokens, size());
    std::string text;
    for (const Token token : tokens) text += bytes(token);
    if (text.starts_with(' ')) text.erase(0, 1);
    return text;
  }

  /// The bytes that a token stands for within a text, for writing one token after the other.
  std::string bytes(Token token) const {
    check_tokens({&token, 1}, size());
    const int byte = bytes_[static_cast<std::size_t>(token)];
    if (byte == no_text) return {};
    return byte == no_byte ? piece(token) : std::string(1, static_cast<char>(static_cast<unsigned char>(byte)));
  }

 private:
  static constexpr Token no_piece = -1;
  static constexpr int no_byte = -1, no_text = -2;  // what bytes_ says of texts and of special tokens
  struct Candidate {
    float score;
    Index place;
    Merge merge;
    bool operator<(const Candidate& other) const {  // the top of a queue is the highest score, then the leftmost
      return score != other.score ? score < other.score : place > other.place;
    }
  };

  const std::string& piece(Token token) const { return pieces_[static_cast<std::size_t>(token)].text; }

  /// The byte of <0x0A> and its like.
  static std::optional<unsigned char> byte_of(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (text.size() != 6 || !text.starts_with("<0x") || text[5] != '>') return std::nullopt;
    const std::size_t high = digits.find(text[3]), low = digits.find(text[4]);
    if (high == digits.npos || low == digits.npos) return std::nullopt;
    return static_cast<unsigned char>(high << 4 | low);
  }

  void add(Token token, const std::string& origin) {
    const auto& [text, score] = pieces_[static_cast<std::size_t>(token)];
    if (text.empty()) fail(origin, ": piece ", token, " is empty; each piece has a text or a name");
    if (!std::isfinite(score)) fail(origin, ": the score of piece ", token, " is no number; the file is damaged");
    Token* place = nullptr;
    if (const auto special = special_numbers_.find(text); special != special_numbers_.end()) {
      place = &special->second;
      bytes_[static_cast<std::size_t>(token)] = no_text;
    } else if (const auto byte = byte_of(text)) {
      place = &tokens_of_bytes_[*byte];
      bytes_[static_cast<std::size_t>(token)] = *byte;
    } else {
      place = &numbers_.try_emplace(text, no_piece).first->second;
    }
    if (*place != no_piece) fail(origin, ": the pieces ", *place, " and ", token, " are both ", shown(text));
    *place = token;
  }

  // The pairs of pieces that make a piece.
  void add_merges(std::string_view text, Token result) {
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      const auto left = numbers_.find(text.substr(0, cut)), right = numbers_.find(text.substr(cut));
      if (left == numbers_.end() || right == numbers_.end()) continue;
      merges_.emplace(detail::pair_key(left->second, right->second), result);
    }
  }

  void append_symbol_tokens(std::string_view symbol, std::vector<Token>& tokens) const {
    const auto whole = numbers_.find(symbol);
    if (whole != numbers_.end()) return tokens.push_back(whole->second);
    for (const char byte : symbol) tokens.push_back(Token{tokens_of_bytes_[static_cast<unsigned char>(byte)]});
  }

  std::vector<Token> merged(std::span<const Token> tokens) const {
    detail::TokenChain chain;
    for (const Token token : tokens) chain.add(token, chain.size() == 0);
    std::priority_queue<Candidate> candidates;
    const auto offer = [&](Index place) {
      const Index next = place == chain.none ? place : chain.next(place);
      if (next == chain.none) return;
      const Token left = chain.token(place), right = chain.token(next);
      const auto merge = merges_.find(detail::pair_key(left, right));
      if (merge == merges_.end()) return;
      const float score = pieces_[static_cast<std::size_t>(merge->second)].score;
      candidates.push({score, place, {left, right, merge->second}});
    };
    for (Index place = 0; place < chain.size(); ++place) offer(place);
    while (!candidates.empty()) {
      const auto [score, place, merge] = candidates.top();
      candidates.pop();
      if (!chain.holds(place, merge)) continue;  // a neighbour was merged before
      chain.join(place, merge.result);
      offer(chain.previous(place));
      offer(place);
    }
    std::vector<Token> left;
    for (Index place = 0; place != chain.none; place = chain.next(place)) left.push_back(chain.token(place));
    return left;
  }

  std::vector<ScoredPiece> pieces_;
  SpecialTokens special_;
  std::vector<int> bytes_;  // the byte of a token that is one
  TextMap<Token> numbers_, special_numbers_;
  std::array<Token, 256> tokens_of_bytes_ = [] {
    std::array<Token, 256> none;
    none.fill(no_piece);
    return none;
  }();
  std::unordered_map<std::uint64_t, Token> merges_;
};

/// Reads a tokenizer file of llama2.c (tokenizer.bin): the length of the longest piece, then for each piece its score
/// (float32), its length (int32) and its bytes. Its begin and end are written with line ends around them.
inline ScorePairs read_llama2c_tokenizer(const std::filesystem::path& path) {
  const std::string file = io::read_bytes(path);
  const std::string origin = path.string();
  std::size_t position = 0;
  const auto read = [&]<class Number>(Number number) {
    if (file.size() - position < sizeof number) {
      fail(origin, ": the file ends after ", file.size(), " bytes, within a piece; copy it again");
    }
    std::memcpy(&number, file.data() + position, sizeof number);
    position += sizeof number;
    return number;
  };
  const auto longest = read(std::int32_t{});
  std::vector<ScoredPiece> pieces;
  while (position < file.size()) {
    const auto score = read(float{});
    const auto length = read(std::int32_t{});
    if (length < 0 || length > longest || file.size() - position < static_cast<std::size_t>(length)) {
      fail(origin, ": piece ", pieces.size(), " would have ", length, " bytes, more than the file's longest, ", longest,
           ", or its rest, ", file.size() - position, "; this is no tokenizer file of llama2.c, or it is damaged");
    }
    pieces.push_back({file.substr(position, static_cast<std::size_t>(length)), score});
    position += static_cast<std::size_t>(length);
  }
  return ScorePairs(std::move(pieces), {.unknown = "<unk>", .begin = "\n<s>\n", .end = "\n</s>\n"}, origin);
}

}  // namespace transfix::inline TRANSFIX_ABI::text
