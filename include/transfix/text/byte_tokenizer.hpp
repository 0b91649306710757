// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/text/check_tokens.hpp>
#include <transfix/text/json_file.hpp>

namespace transfix::inline TRANSFIX_ABI::text {

/// Takes each byte for a token, 0 .. 255; special tokens follow from 256 on, in the order of SpecialTokens.
/// It needs no text to be fitted on, and decode(encode(text)) == text for any bytes.
class ByteTokenizer {
 public:
  explicit ByteTokenizer(SpecialTokens special = {}) : special_(std::move(special)), names_(special_.names()) {}

  Index size() const { return bytes + std::ssize(names_); }
  const SpecialTokens& special() const { return special_; }

  /// The token of a special token's name.
  Token token(std::string_view name) const {
    const auto place = std::find(names_.begin(), names_.end(), name);
    if (place == names_.end()) fail(shown(name), " is not the name of a special token of this tokenizer");
    return bytes + static_cast<Token>(place - names_.begin());
  }

  std::vector<Token> encode(std::string_view text) const {
    std::vector<Token> tokens(text.size());
    std::transform(text.begin(), text.end(), tokens.begin(),
                   [](char byte) { return static_cast<unsigned char>(byte); });
    return tokens;
  }

  /// The bytes; a special token is written as its name.
  std::string decode(std::span<const Token> tokens) const {
    check_tokens(tokens, size());
    std::string text;
    text.reserve(tokens.size());
    for (const Token token : tokens) {
      if (token < bytes) {
        text += static_cast<char>(token);
      } else {
        text += names_[static_cast<std::size_t>(token - bytes)];
      }
    }
    return text;
  }

  /// As JSON: {"format": "transfix bytes 1", "special": {role: name, ..., "others": [name, ...]}}.
  void save(const std::filesystem::path& path) const {
    detail::write_json(path, {{"format", format}, {"special", detail::to_json(special_)}});
  }
  static ByteTokenizer load(const std::filesystem::path& path) {
    return ByteTokenizer(detail::JsonFile(path, format).special());
  }

  friend bool operator==(const ByteTokenizer&, const ByteTokenizer&) = default;

 private:
  static constexpr const char* format = "transfix bytes 1";
  static constexpr Token bytes = 256;

  SpecialTokens special_;
  std::vector<std::string> names_;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
