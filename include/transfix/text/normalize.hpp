// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <transfix/core/error.hpp>
#include <transfix/text/unicode.hpp>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::text {

/// The normal forms of Unicode (Standard Annex 15): composed or decomposed, the last two with compatibility
/// mappings, which for instance turn the ligature fi into two letters.
enum class NormalForm { nfc, nfd, nfkc, nfkd };

/// What becomes of bytes that are not valid UTF-8: they stay where and as they are, or the text is refused.
enum class InvalidUtf8 { keep, refuse };

/// The letter in lower case, by the mapping of one code point to one; other symbols as they are.
inline Symbol lower_case(Symbol symbol) {
  if (symbol < 0x80) return symbol >= 'A' && symbol <= 'Z' ? symbol + 0x20 : symbol;
  return symbol < stray_byte ? static_cast<Symbol>(utf8proc_tolower(static_cast<utf8proc_int32_t>(symbol))) : symbol;
}

namespace detail {
inline Symbol read_checked_symbol(std::string_view text, std::size_t& position, InvalidUtf8 invalid) {
  const std::size_t start = position;
  const Symbol symbol = read_symbol(text, position);
  if (symbol >= stray_byte && invalid == InvalidUtf8::refuse) {
    fail("the text has ", describe_symbol(symbol), " at byte ", start,
         "; convert the text to UTF-8, or keep such bytes with InvalidUtf8::keep");
  }
  return symbol;
}

/// Calls append(out, symbol) for each symbol and returns `out`.
template <class Append>
std::string map_symbols(std::string_view text, InvalidUtf8 invalid, const Append& append) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) append(out, read_checked_symbol(text, position, invalid));
  return out;
}

/// Code points on their way into a normal form, up to a place that nothing is ordered or composed across.
class CodePoints {
 public:
  explicit CodePoints(int options) : options_(static_cast<utf8proc_option_t>(options)) {}

  void add(Symbol symbol) {
    constexpr int longest = 32;  // the longest mapping of Unicode has 18 code points
    utf8proc_int32_t parts[longest];
    int boundary = 0;
    const auto count =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(symbol), parts, longest, options_, &boundary);
    for (utf8proc_ssize_t part = 0; part < count && part < longest; ++part) points_.push_back(parts[part]);
  }

  /// Writes the code points out in their normal form, except those of the category `dropped`.
  void flush(std::string& out, std::optional<utf8proc_category_t> dropped) {
    if (points_.empty()) return;
    if (options_ & (UTF8PROC_COMPOSE | UTF8PROC_DECOMPOSE)) order();
    auto count = std::ssize(points_);
    if (options_ & UTF8PROC_COMPOSE) count = utf8proc_normalize_utf32(points_.data(), count, options_);
    for (const utf8proc_int32_t point : std::span(points_).first(static_cast<std::size_t>(count))) {
      if (dropped != utf8proc_category(point)) append_symbol(out, static_cast<Symbol>(point));
    }
    points_.clear();
  }

 private:
  /// The canonical ordering: marks sorted by combining class between characters that are no marks.
  void order() {
    const auto combining = [](utf8proc_int32_t point) { return utf8proc_get_property(point)->combining_class; };
    for (auto mark = points_.begin(); mark != points_.end();) {
      const auto end = std::find_if(mark, points_.end(), [&](auto point) { return combining(point) == 0; });
      std::stable_sort(mark, end, [&](auto left, auto right) { return combining(left) < combining(right); });
      mark = end == points_.end() ? end : end + 1;
    }
  }

  utf8proc_option_t options_;
  std::vector<utf8proc_int32_t> points_;
};

inline std::string map_code_points(std::string_view text, int options, InvalidUtf8 invalid,
                                   std::optional<utf8proc_category_t> dropped = {}) {
  CodePoints points(options);
  std::string out;
  out.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const Symbol symbol = read_checked_symbol(text, position, invalid);
    // Nothing before an ASCII character or a stray byte acts on it, nor does it act on another one.
    const bool ascii = symbol < 0x80;
    const bool ascii_next = position == text.size() || static_cast<unsigned char>(text[position]) < 0x80;
    if (ascii || symbol >= stray_byte) points.flush(out, dropped);
    if ((ascii && ascii_next) || symbol >= stray_byte) {
      append_symbol(out, options & UTF8PROC_CASEFOLD ? lower_case(symbol) : symbol);
    } else {
      points.add(symbol);
    }
  }
  points.flush(out, dropped);
  return out;
}
}  // namespace detail

/// The text in a normal form.
inline std::string normalize(std::string_view text, NormalForm form, InvalidUtf8 invalid = InvalidUtf8::keep) {
  const bool composed = form == NormalForm::nfc || form == NormalForm::nfkc;
  const bool compatible = form == NormalForm::nfkc || form == NormalForm::nfkd;
  const int options = UTF8PROC_STABLE | (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE);
  return detail::map_code_points(text, compatible ? options | UTF8PROC_COMPAT : options, invalid);
}

/// The text with each letter in lower case.
inline std::string lower_case(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::keep) {
  return detail::map_symbols(text, invalid,
                             [](std::string& out, Symbol symbol) { append_symbol(out, lower_case(symbol)); });
}

/// Case folding, for texts that are compared and never shown: upper and lower case become equal, and so do
/// the sharp s and ss.
inline std::string fold_case(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::keep) {
  return detail::map_code_points(text, UTF8PROC_CASEFOLD, invalid);
}

/// The text in NFD without its nonspacing marks (Mn): é becomes e. Compose the rest with `normalize` if need be.
inline std::string strip_accents(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::keep) {
  return detail::map_code_points(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, invalid, UTF8PROC_CATEGORY_MN);
}

/// The text without control and format characters (is_control) and replacement characters U+FFFD, and with
/// every white space as an ASCII space.
inline std::string remove_controls(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::keep) {
  return detail::map_symbols(text, invalid, [](std::string& out, Symbol symbol) {
    if (symbol == 0xFFFD || is_control(symbol)) return;
    append_symbol(out, is_white_space(symbol) ? Symbol{' '} : symbol);
  });
}

/// The text with one ASCII space for each run of white space, and none at its ends.
inline std::string squeeze_white_space(std::string_view text, InvalidUtf8 invalid = InvalidUtf8::keep) {
  bool apart = false;
  return detail::map_symbols(text, invalid, [&](std::string& out, Symbol symbol) {
    const bool space = is_white_space(symbol);
    if (!space && apart && !out.empty()) out += ' ';
    if (!space) append_symbol(out, symbol);
    apart = space;
  });
}

enum class LetterCase { keep, lower, fold };

/// A chain of clean-ups, applied in the order of its members; by default none.
struct Normalizer {
  bool remove_controls = false;
  bool squeeze_white_space = false;
  LetterCase letter_case = LetterCase::keep;
  bool strip_accents = false;  ///< leaves NFD behind where `form` says nothing else
  std::optional<NormalForm> form = {};
  InvalidUtf8 invalid = InvalidUtf8::keep;

  std::string operator()(std::string_view given) const {
    auto text = std::string(given);
    if (invalid == InvalidUtf8::refuse) text = detail::map_symbols(text, invalid, append_symbol);
    if (remove_controls) text = text::remove_controls(text);
    if (squeeze_white_space) text = text::squeeze_white_space(text);
    if (letter_case == LetterCase::lower) text = lower_case(text);
    if (letter_case == LetterCase::fold) text = fold_case(text);
    if (strip_accents) text = text::strip_accents(text);
    if (form) text = normalize(text, *form);
    return text;
  }

  friend bool operator==(const Normalizer&, const Normalizer&) = default;
};

}  // namespace transfix::inline TRANSFIX_ABI::text
