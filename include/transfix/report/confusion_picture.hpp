// SPDX-License-Identifier: MIT
#pragma once
#include <transfix/metrics/confusion.hpp>
#include <transfix/report/axis.hpp>
#include <transfix/report/shades.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// A confusion matrix as an SVG picture: a row for each true class, a column for each predicted one, in each cell how
/// many there were and their share of the row, which is also its shade. Without names, classes are called by their
/// numbers; fails where there is not one name for each class.
inline std::string confusion_picture(const metrics::ConfusionMatrix& matrix, std::vector<std::string> names = {},
                                     const std::string& title = "Confusion matrix") {
  using Anchor = Lettering::Anchor;
  const Index classes = matrix.classes();
  if (names.empty()) {
    for (Index c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  }
  if (std::ssize(names) != classes) {
    fail("confusion matrix: there are ", names.size(), " names for ", classes, " classes; give one for each");
  }
  const auto label = [&](Index c) { return shortened(names[static_cast<std::size_t>(c)], 13, 150); };
  const auto count_text = [&](Index truth, Index prediction) {
    return detail::with_commas(fixed(matrix.counts()(truth, prediction), 0));
  };
  double longest = 0, widest = 0;
  for (Index c = 0; c < classes; ++c) {
    longest = std::max(longest, text_width(label(c), 13));
    for (Index other = 0; other < classes; ++other) widest = std::max(widest, text_width(count_text(c, other), 13));
  }
  // Counts are left out where there is no room, and shares with them.
  const double cell = classes > 24 ? 14 : std::max(classes <= 4 ? 92.0 : classes <= 10 ? 62.0 : 34.0, widest + 8);
  const bool counted = classes <= 24, shared = cell >= 50, turns = longest > cell - 8;
  const double side = cell * static_cast<double>(classes);
  const double left = 44 + longest + 10, top = 96 + (turns ? longest : 18);
  const double width = std::max(left + side + 90, 470.0), height = top + side + 20;

  Svg svg(width, height, title,
          std::to_string(matrix.total()) + " pairs of " + std::to_string(classes) +
              " classes; true classes in rows, predicted ones in columns.");
  svg.text(20, 22, title, {.size = 16, .colour = "#111111", .bold = true});
  detail::draw_shades(svg, 20, 42, {"0", "50 %", "100 %"}, "share of the true class");
  svg.text(left + side / 2, 84, "predicted class", {.anchor = Anchor::middle});
  svg.text(20, top + side / 2, "true class", {.anchor = Anchor::middle, .turn = -90});
  svg.text(left + side + 10, top - 12, "all", {.size = 12, .colour = "#666666"});
  for (Index truth = 0; truth < classes; ++truth) {
    const double y = top + cell * static_cast<double>(truth), x_of_class = left + cell * static_cast<double>(truth);
    const double all = static_cast<double>(matrix.of(truth).support);
    svg.text(left - 8, y + cell / 2, label(truth), {.anchor = Anchor::end});
    if (turns) {
      svg.text(x_of_class + cell / 2, top - 8, label(truth), {.turn = -90});
    } else {
      svg.text(x_of_class + cell / 2, top - 12, label(truth), {.anchor = Anchor::middle});
    }
    for (Index prediction = 0; prediction < classes; ++prediction) {
      const double x = left + cell * static_cast<double>(prediction);
      const double share = all > 0 ? matrix.counts()(truth, prediction) / all : 0;
      svg.rectangle(x, y, cell, cell, detail::shade(share));
      if (!counted) continue;
      const double middle = x + cell / 2, row = y + cell / 2;
      const bool none = matrix.counts()(truth, prediction) == 0;  // pale, so that mistakes are seen
      svg.text(middle, shared ? row - 8 : row, count_text(truth, prediction),
               {.anchor = Anchor::middle,
                .colour = none ? "#b0b0b0" : detail::letters_on(share),
                .bold = truth == prediction});
      if (shared && !none) {
        svg.text(middle, row + 10, fixed(100 * share, 1) + " %",
                 {.anchor = Anchor::middle, .size = 11, .colour = detail::letters_on(share)});
      }
    }
    svg.text(left + side + 10, y + cell / 2, detail::with_commas(fixed(all, 0)), {.size = 12, .colour = "#666666"});
  }
  for (Index c = 0; c <= classes; ++c) {
    const double at = cell * static_cast<double>(c);
    svg.line(left, top + at, left + side, top + at, "#d9d9d9");
    svg.line(left + at, top, left + at, top + side, "#d9d9d9");
  }
  return svg.finish();
}

}  // namespace transfix::inline TRANSFIX_ABI::report
