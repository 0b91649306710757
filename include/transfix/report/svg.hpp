// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/io/file.hpp>
#include <transfix/report/markup.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// How text is set.
struct Lettering {
  enum class Anchor { start, middle, end } anchor = Anchor::start;
  double size = 13;
  std::string_view colour = "#333333";
  bool bold = false;
  double turn = 0;  ///< degrees, clockwise around its place
};

/// A picture as an SVG 1.1 file: a white background, a title and a description for those who cannot see it, generic
/// fonts, no script and nothing from elsewhere. x grows to the right, y downwards.
class Svg {
 public:
  using Attributes = Markup::Attributes;

  Svg(double width, double height, std::string_view title, std::string_view description) {
    markup_.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                         {"version", "1.1"},
                         {"width", width},
                         {"height", height},
                         {"viewBox", "0 0 " + fixed(width) + " " + fixed(height)},
                         {"font-family", "sans-serif"}});
    markup_.element("title", {}, title);
    markup_.element("desc", {}, description);
    rectangle(0, 0, width, height, "#ffffff");
  }

  void rectangle(double x, double y, double width, double height, std::string_view fill) {
    markup_.empty("rect", {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"fill", fill}});
  }
  void frame(double x, double y, double width, double height, std::string_view colour) {
    markup_.empty("rect",
                  {{"x", x}, {"y", y}, {"width", width}, {"height", height}, {"fill", "none"}, {"stroke", colour}});
  }
  void line(double x1, double y1, double x2, double y2, std::string_view colour) {
    markup_.empty("line", {{"x1", x1}, {"y1", y1}, {"x2", x2}, {"y2", y2}, {"stroke", colour}});
  }
  /// Text whose middle line is at y.
  void text(double x, double y, std::string_view content, const Lettering& style = {}) {
    // The foot of a line is 0.35 of its size below the middle: not all viewers know dominant-baseline.
    Attributes attributes{{"x", x}, {"y", y + 0.35 * style.size}, {"font-size", style.size}, {"fill", style.colour}};
    if (style.anchor != Lettering::Anchor::start) {
      attributes.emplace_back("text-anchor", style.anchor == Lettering::Anchor::end ? "end" : "middle");
    }
    if (style.bold) attributes.emplace_back("font-weight", "bold");
    if (style.turn != 0) {
      attributes.emplace_back("transform", "rotate(" + fixed(style.turn) + " " + fixed(x) + " " + fixed(y) + ")");
    }
    markup_.element("text", attributes, content);
  }
  /// Other elements of SVG.
  Markup& markup() { return markup_; }

  std::string finish() { return markup_.finish(); }

 private:
  Markup markup_;
};

/// About how wide a text is in a sans-serif font; rather more than less.
inline double text_width(std::string_view content, double size) {
  double width = 0;
  for (std::size_t position = 0; position < content.size();) {
    const text::Symbol symbol = text::read_symbol(content, position);
    const bool is_narrow = symbol < 0x80 && std::string_view(" .,:;'|!iljftr()[]").find(static_cast<char>(symbol)) !=
                                                std::string_view::npos;
    const bool is_wide = (symbol >= 'A' && symbol <= 'Z') || symbol == 'm' || symbol == 'w' || symbol == '%';
    width += symbol >= 0x1100 && symbol < text::stray_byte ? (symbol < 0x3000 ? 0.8 : 1.0)
             : is_narrow                                   ? 0.36
             : is_wide                                     ? 0.8
                                                           : 0.6;
  }
  return width * size;
}

/// A text cut to a width, with "…" in place of what is left out.
inline std::string shortened(std::string_view content, double size, double width) {
  if (text_width(content, size) <= width) return std::string(content);
  std::size_t end = 0;
  for (std::size_t position = 0; position < content.size();) {
    text::read_symbol(content, position);
    if (text_width(content.substr(0, position), size) + size > width) break;
    end = position;
  }
  return std::string(content.substr(0, end)) + "…";
}

/// Writes a picture or a page to a file, as a whole or not at all.
inline void save(std::string_view contents, const std::filesystem::path& path) {
  const std::string_view pieces[] = {contents};
  io::write_atomically(path, pieces);
}

}  // namespace transfix::inline TRANSFIX_ABI::report
