// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <transfix/core/shape.hpp>
#include <transfix/text/utf8.hpp>
#include <type_traits>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::report {

/// Any bytes as text of XML and HTML, also within quotes: marks are written as entities, and what may not stand in a
/// document (control characters, bytes that are not UTF-8) as the replacement character U+FFFD.
inline std::string escaped(std::string_view bytes) {
  std::string safe;
  for (std::size_t position = 0; position < bytes.size();) {
    const text::Symbol symbol = text::read_symbol(bytes, position);
    const bool is_space = symbol == '\n' || symbol == '\t';
    const bool is_control = (symbol < 0x20 && !is_space) || (symbol >= 0x7F && symbol < 0xA0);
    const bool is_no_character = symbol >= text::stray_byte || (symbol & 0xFFFE) == 0xFFFE;
    if (symbol == '&') {
      safe += "&amp;";
    } else if (symbol == '<') {
      safe += "&lt;";
    } else if (symbol == '>') {
      safe += "&gt;";
    } else if (symbol == '"') {
      safe += "&quot;";
    } else {
      text::append_symbol(safe, is_control || is_no_character ? 0xFFFD : symbol);
    }
  }
  return safe;
}

/// A number with so many digits after the point; the same in every locale.
inline std::string with_digits(double number, int digits) {
  char written[400];
  return {written, std::to_chars(written, written + sizeof written, number, std::chars_format::fixed, digits).ptr};
}

/// A number with at most so many digits after the point, without zeros at its end.
inline std::string fixed(double number, int digits = 2) {
  std::string text = with_digits(number, digits);
  if (text.find('.') != std::string::npos) text.resize(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

/// An attribute of an element: a name with a text or a number.
class Attribute {
 public:
  Attribute(std::string_view name, std::string_view value)
      : written_(' ' + std::string(name) + "=\"" + escaped(value) + '"') {}
  template <class Number>
  requires std::is_arithmetic_v<Number> Attribute(std::string_view name, Number number)
      : Attribute(name, fixed(static_cast<double>(number))) {}
  const std::string& written() const { return written_; }

 private:
  std::string written_;
};

/// Writes elements of XML, or of HTML in its XML form. Texts and attributes are escaped; what is open is closed.
class Markup {
 public:
  using Attributes = std::vector<Attribute>;

  /// <name ...> around what follows until close().
  void open(std::string_view name, const Attributes& attributes = {}) {
    begin(name, attributes);
    text_ += ">\n";
    open_.emplace_back(name);
  }
  void close() {
    append("</", open_.back(), ">\n");
    open_.pop_back();
  }
  /// <name .../>
  void empty(std::string_view name, const Attributes& attributes = {}) {
    begin(name, attributes);
    text_ += "/>\n";
  }
  /// <name ...>content</name>
  void element(std::string_view name, const Attributes& attributes, std::string_view content) {
    begin(name, attributes);
    append('>', escaped(content), "</", name, ">\n");
  }
  /// Markup as it is.
  void insert(std::string_view markup) { text_ += markup; }

  /// All of it, with what is still open closed.
  std::string finish() {
    while (!open_.empty()) close();
    return std::move(text_);
  }

 private:
  void append(const auto&... parts) { ((text_ += parts), ...); }
  void begin(std::string_view name, const Attributes& attributes) {
    append('<', name);
    for (const Attribute& attribute : attributes) text_ += attribute.written();
  }

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace transfix::inline TRANSFIX_ABI::report
