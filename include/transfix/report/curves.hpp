// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <limits>
#include <transfix/report/axis.hpp>
#include <transfix/report/svg.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// Numbers over others, drawn from point to point. Points that are no finite numbers are left out.
struct Curve {
  enum class Style { line, faint, points };
  std::string name;
  std::vector<double> x = {}, y = {};
  Style style = Style::line;  ///< faint for numbers behind others, points for few measurements
  Index colour = -1;          ///< of which curve it has the colour; -1: its own
};

/// What a picture of curves says besides them.
struct CurvesSettings {
  std::string title, x_label, y_label;  ///< labels with their units, such as "time (s)"
  Scale x_scale = Scale::linear, y_scale = Scale::linear;
  double width = 720, height = 400;
};

namespace detail {
/// Colours that people tell apart who see colours differently (Okabe & Ito 2008).
inline constexpr std::array<std::string_view, 7> palette = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                            "#b8860b", "#56b4e9", "#555555"};

struct Point {
  double x, y;
};

/// The points of a curve that can be drawn.
inline std::vector<Point> drawable(const Curve& curve, const CurvesSettings& settings) {
  if (curve.x.size() != curve.y.size()) {
    fail("curve '", curve.name, "' has ", curve.x.size(), " places and ", curve.y.size(),
         " numbers; give one for each of the other");
  }
  const auto fits = [](double number, Scale scale) {
    return std::isfinite(number) && (scale == Scale::linear || number > 0);
  };
  std::vector<Point> points;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (fits(curve.x[i], settings.x_scale) && fits(curve.y[i], settings.y_scale)) {
      points.push_back({curve.x[i], curve.y[i]});
    }
  }
  return points;
}

/// Of points that are closer than can be seen only the lowest and the highest of each column of the picture.
inline std::vector<Point> thinned(const std::vector<Point>& points, double columns) {
  if (static_cast<double>(points.size()) < 3 * columns) return points;
  std::vector<Point> kept;
  for (std::size_t begin = 0; begin < points.size();) {
    const double column = std::floor(points[begin].x);
    std::size_t end = begin, low = begin, high = begin;
    for (; end < points.size() && std::floor(points[end].x) == column; ++end) {
      if (points[end].y < points[low].y) low = end;
      if (points[end].y > points[high].y) high = end;
    }
    kept.push_back(points[std::min(low, high)]);
    if (low != high) kept.push_back(points[std::max(low, high)]);
    begin = end;
  }
  return kept;
}

/// Draws curves: title and legend above, axes with ticks, labels and a light grid.
class CurvesPicture {
 public:
  CurvesPicture(const std::vector<Curve>& curves, const CurvesSettings& settings)
      : curves_(curves),
        settings_(settings),
        x_(axis([](const Point& point) { return point.x; }, settings.x_scale, 7, false)),
        y_(axis([](const Point& point) { return point.y; }, settings.y_scale, 6, true)),
        svg_(settings.width, settings.height, settings.title, description()) {}

  std::string draw() {
    svg_.text(20, 22, settings_.title, {.size = 16, .colour = "#111111", .bold = true});
    top_ = 44;
    draw_legend();
    for (const Tick& tick : y_.ticks()) left_ = std::max(left_, 46 + text_width(tick.label, 12));
    draw_grid();
    for (const Curve& curve : curves_) draw_curve(curve);
    const auto none = [this](const Curve& curve) { return drawable(curve, settings_).empty(); };
    if (std::all_of(curves_.begin(), curves_.end(), none)) {
      svg_.text((left_ + right()) / 2, (top_ + bottom()) / 2, "nothing was measured", {.anchor = Anchor::middle});
    }
    return svg_.finish();
  }

 private:
  using Anchor = Lettering::Anchor;

  std::string description() const {
    std::string text = settings_.y_label + " over " + settings_.x_label + ".";
    for (const Curve& curve : curves_) {
      const auto points = drawable(curve, settings_);
      text += " " + curve.name + ": ";
      text += points.empty() ? "no numbers."
                             : std::to_string(points.size()) + " points, from " + readable(points.front().y) + " to " +
                                   readable(points.back().y) + ".";
    }
    return text;
  }

  Axis axis(auto coordinate, Scale scale, int ticks, bool rounded) const {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Curve& curve : curves_) {
      for (const Point& point : drawable(curve, settings_)) {
        low = std::min(low, coordinate(point));
        high = std::max(high, coordinate(point));
      }
    }
    if (!rounded && scale == Scale::linear && low > 0 && low <= 0.25 * high) low = 0;  // steps from the first one
    if (low > high)
      return scale == Scale::linear ? Axis(0, 1, scale, ticks, rounded) : Axis(1, 10, scale, ticks, rounded);
    return Axis(low, high, scale, ticks, rounded);
  }

  double right() const { return settings_.width - 32; }
  double bottom() const { return settings_.height - 52; }
  double x_of(double x) const { return left_ + (right() - left_) * x_.share(x); }
  double y_of(double y) const { return bottom() + (top_ - bottom()) * y_.share(y); }
  std::string_view colour(const Curve& curve) const {
    const auto number = curve.colour >= 0 ? curve.colour : &curve - curves_.data();
    return palette[static_cast<std::size_t>(number) % palette.size()];
  }

  void draw_stroke(const Curve& curve, const std::string& points, double width) {
    Svg::Attributes attributes{{"points", points},
                               {"fill", "none"},
                               {"stroke", colour(curve)},
                               {"stroke-width", width},
                               {"stroke-linejoin", "round"}};
    if (curve.style == Curve::Style::faint) attributes.emplace_back("stroke-opacity", 0.3);
    if (&curve - curves_.data() >= std::ssize(palette)) attributes.emplace_back("stroke-dasharray", "6 4");
    svg_.markup().empty("polyline", attributes);
  }
  void draw_point(const Curve& curve, double x, double y) {
    svg_.markup().empty("circle", {{"cx", x}, {"cy", y}, {"r", 3.5}, {"fill", colour(curve)}, {"stroke", "#ffffff"}});
  }

  void draw_legend() {
    constexpr double size = 13, sample = 26;
    double x = 20;
    for (const Curve& curve : curves_) {
      const std::string name = shortened(curve.name, size, settings_.width - 2 * 20 - sample - 8);
      const double width = sample + 8 + text_width(name, size);
      if (x > 20 && x + width > right()) {
        x = 20;
        top_ += 20;
      }
      draw_stroke(curve, fixed(x) + "," + fixed(top_) + " " + fixed(x + sample) + "," + fixed(top_),
                  curve.style == Curve::Style::faint ? 6 : 2);
      if (curve.style == Curve::Style::points) draw_point(curve, x + sample / 2, top_);
      svg_.text(x + sample + 6, top_, name, {.size = size});
      x += width + 22;
    }
    top_ += 22;
  }

  void draw_grid() {
    for (const Tick& tick : y_.ticks()) {
      const double y = y_of(tick.value);
      svg_.line(left_, y, right(), y, "#e2e2e2");
      svg_.text(left_ - 8, y, tick.label, {.anchor = Anchor::end, .size = 12});
    }
    for (const Tick& tick : x_.ticks()) {
      const double x = x_of(tick.value);
      svg_.line(x, top_, x, bottom(), "#eeeeee");
      svg_.line(x, bottom(), x, bottom() + 5, "#555555");
      svg_.text(x, bottom() + 15, tick.label, {.anchor = Anchor::middle, .size = 12});
    }
    svg_.line(left_, top_, left_, bottom(), "#555555");
    svg_.line(left_, bottom(), right(), bottom(), "#555555");
    svg_.text((left_ + right()) / 2, bottom() + 36, settings_.x_label, {.anchor = Anchor::middle});
    svg_.text(20, (top_ + bottom()) / 2, settings_.y_label, {.anchor = Anchor::middle, .turn = -90});
  }

  void draw_curve(const Curve& curve) {
    std::vector<Point> points = drawable(curve, settings_);
    for (Point& point : points) point = {x_of(point.x), y_of(point.y)};
    points = thinned(points, right() - left_);
    std::string path;
    for (const Point& point : points) {
      if (!path.empty()) path += ' ';
      path += fixed(point.x, 1) + ',' + fixed(point.y, 1);
    }
    if (points.size() > 1) draw_stroke(curve, path, curve.style == Curve::Style::faint ? 1 : 2);
    if (curve.style != Curve::Style::points && points.size() > 1) return;
    for (const Point& point : points) draw_point(curve, point.x, point.y);
  }

  const std::vector<Curve>& curves_;
  const CurvesSettings& settings_;
  Axis x_, y_;
  Svg svg_;
  double left_ = 60, top_ = 0;
};
}  // namespace detail

/// Curves as an SVG picture with a legend, axes and a light grid:
///   save(curves({{"loss", steps, losses}}, {"Training", "step", "loss (nats)"}), "curves.svg");
inline std::string curves(const std::vector<Curve>& curves, const CurvesSettings& settings) {
  return detail::CurvesPicture(curves, settings).draw();
}

}  // namespace transfix::inline TRANSFIX_ABI::report
