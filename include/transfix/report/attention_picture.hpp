// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <transfix/report/attention_maps.hpp>
#include <transfix/report/axis.hpp>
#include <transfix/report/shades.hpp>

namespace transfix::inline TRANSFIX_ABI::report {

/// What a picture of an attention map says besides the probabilities.
struct AttentionPictureSettings {
  std::string title = "Attention";
  std::vector<Index> heads = {};  ///< which ones are drawn, from 0; all where none is named
};

namespace detail {
/// A token with its white space made visible: " the" is ·the, a new line ↵.
inline std::string visible(std::string_view token) {
  std::string text;
  for (const char byte : token) {
    if (byte == ' ') {
      text += "·";
    } else if (byte == '\n') {
      text += "↵";
    } else if (byte == '\t') {
      text += "⇥";
    } else {
      text += byte;
    }
  }
  return text;
}

/// Draws the heads of a map side by side; tokens are written at the left and upper edge.
class AttentionPicture {
 public:
  AttentionPicture(const AttentionMap& map, const std::vector<std::string>& queries,
                   const std::vector<std::string>& keys, const AttentionPictureSettings& settings)
      : map_(map), settings_(settings), heads_(settings.heads) {
    check(queries.size(), map.queries, "queries");
    check(keys.size(), map.keys, "keys");
    for (Index head = 0; settings.heads.empty() && head < map.heads; ++head) heads_.push_back(head);
    for (const Index head : heads_) {
      if (head < 0 || head >= map.heads) fail("attention picture: there is no head ", head, " of ", map.heads);
      for (Index query = 0; query < std::ssize(queries); ++query) {
        for (Index key = 0; key < std::ssize(keys); ++key) {
          largest_ = std::max(largest_, double{map(head, query, key)});
        }
      }
    }
    const double longer = static_cast<double>(std::max(queries.size(), keys.size()));
    cell_ = heads_.size() == 1 ? std::clamp(600 / longer, 10.0, 28.0) : std::clamp(230 / longer, 9.0, 22.0);
    letters_ = std::min(12.0, 0.95 * cell_);
    for (const auto& token : queries) queries_.push_back(shortened(visible(token), letters_, 110));
    for (const auto& token : keys) keys_.push_back(shortened(visible(token), letters_, 110));
  }

  std::string draw() {
    const bool turns = widest(keys_) > cell_;
    const double left = 44 + widest(queries_) + 8, top = 104 + (turns ? widest(keys_) : letters_) + 8;
    const double across = cell_ * static_cast<double>(keys_.size()) + gap;
    const double down = cell_ * static_cast<double>(queries_.size()) + gap;
    const auto columns = std::clamp(static_cast<Index>(1250 / across), Index{1}, std::ssize(heads_));
    const Index rows = (std::ssize(heads_) + columns - 1) / columns;
    const double width = std::max(left + static_cast<double>(columns) * across, 440.0);
    const double height = top + static_cast<double>(rows) * down;

    Svg svg(width, height, settings_.title,
            "The probabilities with which each of " + std::to_string(queries_.size()) +
                " tokens, in rows, attends to " + std::to_string(keys_.size()) + " tokens, in columns, for " +
                std::to_string(heads_.size()) + " heads; the largest is " + fixed(largest_, 3) + ".");
    svg.text(20, 22, settings_.title, {.size = 16, .colour = "#111111", .bold = true});
    draw_shades(svg, 20, 42, {"0", fixed(largest_ / 4, 3), fixed(largest_, 3)}, "probability");
    svg.text(left + (across - gap) / 2, 84, "is looked at (key)", {.anchor = Lettering::Anchor::middle});
    svg.text(20, top + (down - gap) / 2, "looks (query)", {.anchor = Lettering::Anchor::middle, .turn = -90});
    for (Index number = 0; number < std::ssize(heads_); ++number) {
      const Index column = number % columns, row = number / columns;
      const double x = left + static_cast<double>(column) * across, y = top + static_cast<double>(row) * down;
      const Index head = heads_[static_cast<std::size_t>(number)];
      draw_head(svg, head, x, y);
      svg.text(x, y + down - gap + 14, "head " + std::to_string(head + 1), {.size = 12, .colour = "#555555"});
      for (std::size_t i = 0; column == 0 && i < queries_.size(); ++i) {
        svg.text(x - 6, y + cell_ * (static_cast<double>(i) + 0.5), queries_[i],
                 {.anchor = Lettering::Anchor::end, .size = letters_});
      }
      for (std::size_t i = 0; row == 0 && i < keys_.size(); ++i) {
        const double middle = x + cell_ * (static_cast<double>(i) + 0.5);
        if (turns) {
          svg.text(middle, y - 6, keys_[i], {.size = letters_, .turn = -90});
        } else {
          svg.text(middle, y - 6 - letters_ / 2, keys_[i], {.anchor = Lettering::Anchor::middle, .size = letters_});
        }
      }
    }
    return svg.finish();
  }

 private:
  static constexpr double gap = 30;

  static void check(std::size_t tokens, Index places, const char* what) {
    if (tokens == 0 || static_cast<Index>(tokens) > places) {
      fail("attention picture: ", tokens, " tokens were given for ", places, " ", what, "; give 1 to ", places);
    }
  }
  double widest(const std::vector<std::string>& tokens) const {
    double width = 0;
    for (const auto& token : tokens) width = std::max(width, text_width(token, letters_));
    return width;
  }

  /// One path for each shade, with the runs of cells that have it: small files, also for many tokens.
  void draw_head(Svg& svg, Index head, double x, double y) const {
    constexpr int levels = 24;  // of the root, so that small probabilities are seen, too
    std::map<int, std::string> paths;
    const auto level_of = [&](Index query, Index key) {
      return static_cast<int>(std::lround(levels * std::sqrt(double{map_(head, query, key)} / largest_)));
    };
    for (Index query = 0; query < std::ssize(queries_); ++query) {
      for (Index key = 0, end; key < std::ssize(keys_); key = end) {
        const int level = level_of(query, key);
        for (end = key + 1; end < std::ssize(keys_) && level_of(query, end) == level;) ++end;
        const std::string length = std::to_string(end - key);
        const std::string start = std::to_string(key) + ' ' + std::to_string(query);
        ((((((paths[level] += 'M') += start) += 'h') += length) += "v1h-") += length) += 'z';
      }
    }
    paths.erase(0);
    svg.markup().open("g",
                      {{"transform", "translate(" + fixed(x) + " " + fixed(y) + ") scale(" + fixed(cell_, 4) + ")"},
                       {"shape-rendering", "crispEdges"}});
    for (const auto& [level, path] : paths) {
      svg.markup().empty("path", {{"d", path}, {"fill", shade(static_cast<double>(level) / levels)}});
    }
    svg.markup().close();
    svg.frame(x, y, cell_ * static_cast<double>(keys_.size()), cell_ * static_cast<double>(queries_.size()), "#999999");
  }

  const AttentionMap& map_;
  const AttentionPictureSettings& settings_;
  std::vector<Index> heads_;
  double largest_ = 1e-6, cell_, letters_;
  std::vector<std::string> queries_, keys_;
};
}  // namespace detail

/// An attention map as an SVG picture: for each head a square of a row for each token that looks and a column for each
/// one that is looked at, the darker the more. Tokens beyond those given, such as padding, are not drawn.
///   save(attention_picture(attention_maps(model, input)[0], tokens, tokens), "layer1.svg");
inline std::string attention_picture(const AttentionMap& map, const std::vector<std::string>& queries,
                                     const std::vector<std::string>& keys,
                                     const AttentionPictureSettings& settings = {}) {
  return detail::AttentionPicture(map, queries, keys, settings).draw();
}

}  // namespace transfix::inline TRANSFIX_ABI::report
