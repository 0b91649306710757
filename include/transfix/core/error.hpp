// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <exception>
#include <transfix/core/config.hpp>

namespace transfix {

/// A sentence put together without heap or locale: text and whole numbers, cut at its capacity.
class Message {
 public:
  template <class... Parts>
  constexpr explicit Message(const Parts&... parts) {
    (append(parts), ...);
    text_[length_] = '\0';
  }
  constexpr const char* text() const { return text_; }

 private:
  constexpr void append(char character) {
    if (length_ + 1 < capacity) text_[length_++] = character;
  }
  constexpr void append(const char* text) {
    while (*text != '\0') append(*text++);
  }
  template <class Text>
  requires requires(const Text& text) { text.begin(), text.end(); }
  constexpr void append(const Text& text) {
    for (const char character : text) append(character);
  }
  template <std::integral Number>
  constexpr void append(Number number) {
    char digits[24] = {};
    int count = 0;
    const bool negative = number < Number{};
    do {
      const auto digit = static_cast<int>(number % 10);
      digits[count++] = static_cast<char>('0' + (digit < 0 ? -digit : digit));
      number = static_cast<Number>(number / 10);
    } while (number != 0);
    if (negative) append('-');
    while (count > 0) append(digits[--count]);
  }

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
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  const Message message(parts...);
  static_cast<void>(message);
  TRANSFIX_ERROR(message.text());
}
}  // namespace TRANSFIX_ABI

}  // namespace transfix
