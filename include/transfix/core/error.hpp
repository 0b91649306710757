// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <cstdint>
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
  // Out of line: messages are many and rare, and their callers should stay small.
  [[gnu::cold, gnu::noinline]] constexpr void append(char character) {
    if (length_ + 1 < capacity) text_[length_++] = character;
  }
  [[gnu::cold, gnu::noinline]] constexpr void append(const char* text) {
    while (*text != '\0') append(*text++);
  }
  template <class Text>
  requires requires(const Text& text) { text.begin(), text.end(); }
  [[gnu::cold, gnu::noinline]] constexpr void append(const Text& text) {
    for (const char character : text) append(character);
  }
  template <std::integral Number>
  constexpr void append(Number number) {
    const auto value = static_cast<std::uintmax_t>(number);
    if constexpr (std::signed_integral<Number>) {
      if (number < 0) return append_number(-value, true);
    }
    append_number(value, false);
  }
  [[gnu::cold, gnu::noinline]] constexpr void append_number(std::uintmax_t magnitude, bool negative) {
    char digits[24] = {};
    int count = 0;
    do {
      digits[count++] = static_cast<char>('0' + magnitude % 10);
      magnitude /= 10;
    } while (magnitude != 0);
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
[[noreturn, gnu::cold, gnu::noinline]] void fail(const Parts&... parts) {
  const Message message(parts...);
  static_cast<void>(message);
  TRANSFIX_ERROR(message.text());
}
}  // namespace TRANSFIX_ABI

}  // namespace transfix
