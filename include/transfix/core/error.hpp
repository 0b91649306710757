// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <transfix/core/config.hpp>

namespace transfix {

/// A sentence put together without heap or locale: text and whole numbers, cut at its capacity.
class Message {
 public:
  /// A part of the sentence: text, which is not copied, or a whole number.
  class Piece {
   public:
    constexpr Piece(char character) : kind_(Kind::character), number_(static_cast<unsigned char>(character)) {}
    constexpr Piece(const char* text) : text_(text) {
      while (text[number_] != '\0') ++number_;
    }
    template <class Text>
    requires requires(const Text& text) { text.data(), text.size(); }
    constexpr Piece(const Text& text) : text_(text.data()), number_(text.size()) {}
    template <std::integral Number>
    constexpr Piece(Number number) : kind_(Kind::number), number_(static_cast<std::uintmax_t>(number)) {
      if constexpr (std::signed_integral<Number>) {
        if (number < 0) {
          kind_ = Kind::negative;
          number_ = -number_;
        }
      }
    }

    /// Calls append(character) for each character.
    constexpr void write(auto&& append) const {
      if (kind_ == Kind::character) return append(static_cast<char>(number_));
      if (kind_ == Kind::text) {
        for (std::uintmax_t i = 0; i < number_; ++i) append(text_[i]);
        return;
      }
      char digits[24] = {};
      int count = 0;
      std::uintmax_t rest = number_;
      do digits[count++] = static_cast<char>('0' + rest % 10);
      while ((rest /= 10) != 0);
      if (kind_ == Kind::negative) append('-');
      while (count > 0) append(digits[--count]);
    }

   private:
    enum class Kind : unsigned char { text, character, number, negative };
    Kind kind_ = Kind::text;
    const char* text_ = nullptr;
    std::uintmax_t number_ = 0;  // of characters, where it is text
  };

  template <class... Parts>
  constexpr explicit Message(const Parts&... parts) : Message(std::initializer_list<Piece>{Piece(parts)...}) {}
  constexpr explicit Message(std::initializer_list<Piece> pieces) {
    for (const Piece& piece : pieces) {
      piece.write([this](char character) {
        if (length_ + 1 < capacity) text_[length_++] = character;
      });
    }
    text_[length_] = '\0';
  }
  constexpr const char* text() const { return text_; }

 private:
  static constexpr int capacity = 1024;
  char text_[capacity] = {};
  int length_ = 0;
};

/// What transfix throws: a sentence that says what was wrong, where, and what to do.
class Error : public std::exception {
 public:
  explicit Error(const char* text) : message_(text) {}
  const char* what() const noexcept override { return message_.text(); }

 private:
  Message message_;
};

inline namespace TRANSFIX_ABI {
/// Ends the work at hand with a message joined from text and whole numbers.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::initializer_list<Message::Piece> pieces) {
  const Message message(pieces);
  static_cast<void>(message);
  TRANSFIX_ERROR(message.text());
}
template <class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  fail({Message::Piece(parts)...});
}
}  // namespace TRANSFIX_ABI

}  // namespace transfix
