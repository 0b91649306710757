// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <transfix/core/shape.hpp>
#include <transfix/data/mapped_file.hpp>

namespace transfix::inline TRANSFIX_ABI::data {

/// The start of a token file. All numbers are little-endian and without sign:
///
///   byte  0   8 bytes   "txtokens"
///   byte  8   4 bytes   version of the format: 1
///   byte 12   4 bytes   bytes of one token: 2 or 4
///   byte 16   8 bytes   number of tokens
///   byte 24   8 bytes   largest token + 1; 0 where there is none
///   byte 32             the tokens
struct TokenFileHeader {
  static constexpr std::size_t bytes = 32;
  static constexpr std::string_view kind = "txtokens";
  static constexpr std::uint64_t version = 1;

  std::uint64_t token_bytes = 2;
  std::uint64_t count = 0;
  std::uint64_t token_limit = 0;  ///< all tokens are below it
};

namespace detail {
/// The number in the first `count` bytes, the lowest byte first.
inline std::uint64_t read_little_endian(const char* bytes, std::uint64_t count) {
  std::uint64_t number = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return number;
}

inline void append_little_endian(std::string& bytes, std::uint64_t number, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) bytes += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
}
}  // namespace detail

/// The tokens of a file that TokenFileWriter wrote. The file is mapped, not loaded, and may be larger than memory. Any
/// number of threads may read at once; copies share the map. Fails where the file is cut or of another kind, and on
/// the place of a token that is damaged, when it is read.
class TokenFile {
 public:
  explicit TokenFile(std::filesystem::path path) : path_(std::move(path)), file_(path_) {
    const std::string_view bytes = file_.bytes();
    const auto number = [&](std::size_t start, std::uint64_t count) {
      return detail::read_little_endian(bytes.data() + start, count);
    };
    if (bytes.size() < TokenFileHeader::bytes || !bytes.starts_with(TokenFileHeader::kind)) {
      refuse("this is not a token file; write one with TokenFileWriter");
    }
    if (number(8, 4) != TokenFileHeader::version) {
      refuse("this token file has version ", number(8, 4), ", but only version ", TokenFileHeader::version,
             " can be read; write it again");
    }
    header_ = {.token_bytes = number(12, 4), .count = number(16, 8), .token_limit = number(24, 8)};
    if ((header_.token_bytes != 2 && header_.token_bytes != 4) || header_.token_limit > std::uint64_t{1} << 31) {
      refuse("the header of this token file is damaged; write the file again");
    }
    const std::uint64_t in_file = (bytes.size() - TokenFileHeader::bytes) / header_.token_bytes;
    if (header_.count != in_file || (bytes.size() - TokenFileHeader::bytes) % header_.token_bytes != 0) {
      refuse("this token file should have ", header_.count, " tokens, but its ", bytes.size(), " bytes hold ", in_file,
             "; it was cut or something was added: copy or write it again");
    }
  }

  /// How many tokens there are.
  Index size() const { return static_cast<Index>(header_.count); }
  /// The largest of all tokens: the vocabulary of a model must be larger. -1 where there is no token.
  Token largest_token() const { return static_cast<Token>(static_cast<std::int64_t>(header_.token_limit) - 1); }
  const std::filesystem::path& path() const { return path_; }

  Token operator[](Index position) const {
    Token token;
    read(position, {&token, 1});
    return token;
  }

  /// Fills `tokens` with those from `start` on.
  void read(Index start, std::span<Token> tokens) const {
    if (start < 0 || start > size() || std::ssize(tokens) > size() - start) {
      refuse("tokens ", start, " to ", start + std::ssize(tokens) - 1, " are not all in this file of ", size());
    }
    if (header_.token_bytes == 2) {
      copy<2>(start, tokens);
    } else {
      copy<4>(start, tokens);
    }
  }

 private:
  template <std::uint64_t TokenBytes>
  void copy(Index start, std::span<Token> tokens) const {
    const char* source = file_.bytes().data() + TokenFileHeader::bytes + static_cast<std::uint64_t>(start) * TokenBytes;
    std::uint64_t largest = 0;
    for (Token& token : tokens) {
      const std::uint64_t number = detail::read_little_endian(source, TokenBytes);
      largest = std::max(largest, number);
      token = static_cast<Token>(number);
      source += TokenBytes;
    }
    if (largest >= header_.token_limit && !tokens.empty()) {
      refuse("there is a token ", largest, " between ", start, " and ", start + std::ssize(tokens) - 1,
             ", larger than all that were written; the file is damaged: copy or write it again");
    }
  }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail(path_.string(), ": ", parts...);
  }

  std::filesystem::path path_;
  MappedFile file_;
  TokenFileHeader header_;
};

}  // namespace transfix::inline TRANSFIX_ABI::data
