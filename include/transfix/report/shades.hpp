// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <transfix/report/svg.hpp>

namespace transfix::inline TRANSFIX_ABI::report::detail {

/// White to dark blue for 0 to 1.
inline std::string shade(double share) {
  static constexpr double dark[] = {8, 69, 148};
  const double depth = std::clamp(share, 0.0, 1.0);
  std::string colour = "#";
  for (const double part : dark) {
    colour += text::hexadecimal(static_cast<std::uint32_t>(std::lround(255 + depth * (part - 255))), 2);
  }
  return colour;
}
inline std::string_view letters_on(double share) { return share > 0.5 ? "#ffffff" : "#222222"; }

/// A bar that tells what the shades mean: what stands at its begin, middle and end.
inline void draw_shades(Svg& svg, double x, double y, const std::array<std::string, 3>& places,
                        std::string_view meaning) {
  using Anchor = Lettering::Anchor;
  constexpr int steps = 40;
  constexpr double step = 4, height = 10, end = steps * step;
  svg.markup().open("g", {{"shape-rendering", "crispEdges"}});
  for (int i = 0; i < steps; ++i) svg.rectangle(x + i * step, y, step, height, shade(i / (steps - 1.0)));
  svg.frame(x, y, end, height, "#999999");
  svg.markup().close();
  svg.text(x, y + height + 9, places[0], {.size = 11});
  svg.text(x + end / 2, y + height + 9, places[1], {.anchor = Anchor::middle, .size = 11});
  svg.text(x + end, y + height + 9, places[2], {.anchor = Anchor::end, .size = 11});
  svg.text(x + end + 10, y + height / 2, meaning, {.size = 12});
}

}  // namespace transfix::inline TRANSFIX_ABI::report::detail
