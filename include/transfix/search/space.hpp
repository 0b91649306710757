// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <transfix/core/random.hpp>
#include <transfix/search/setting.hpp>

namespace transfix::inline TRANSFIX_ABI::search {

/// One thing that a search varies. Made by linear, logarithmic, whole and choices.
struct Dimension {
  enum class Kind { linear, logarithmic, whole, choices };
  std::string name;
  Kind kind = Kind::choices;
  double low = 0, high = 0;
  std::vector<std::string> choices = {};

  /// How many values a grid takes of it, where it takes `points` of a range.
  Index size(Index points) const {
    if (kind == Kind::choices) return std::ssize(choices);
    return low == high ? 1 : kind == Kind::whole ? std::min(points, static_cast<Index>(high - low) + 1) : points;
  }
  /// The value at a place between 0 and 1, in writing; numbers of a range have three digits that tell them apart.
  std::string at(double place) const {
    const auto step = [&](double count) { return std::min(std::floor(place * count), count - 1); };
    switch (kind) {
      case Kind::linear:
        return rounded(low + place * (high - low));
      case Kind::logarithmic:
        return rounded(low * std::pow(high / low, place));
      case Kind::whole:
        return std::to_string(static_cast<Index>(low + step(high - low + 1)));
      case Kind::choices:
        break;
    }
    return choices[static_cast<std::size_t>(step(static_cast<double>(choices.size())))];
  }

  static std::string written(double number, int digits) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, number, std::chars_format::general, digits).ptr};
  }

 private:
  // Digits that all numbers of a narrow range share do not count.
  std::string rounded(double number) const {
    if (low == high) return written(low, 15);
    const double shared = std::max(std::abs(low), std::abs(high)) / (high - low);
    const int digits = 3 + (shared > 1 ? static_cast<int>(std::log10(shared)) : 0);
    const std::string text = written(number, digits);
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value < low ? written(low, 15) : value > high ? written(high, 15) : text;
  }
};

namespace detail {
inline Dimension range(std::string name, Dimension::Kind kind, double low, double high) {
  if (!(std::isfinite(low) && std::isfinite(high) && low <= high)) {
    fail("search: the range of ", text::shown(name), " goes from ", std::to_string(low), " to ", std::to_string(high),
         "; give the lower end first");
  }
  if (kind == Dimension::Kind::logarithmic && !(low > 0)) {
    fail("search: a logarithmic range must begin above 0; that of ", text::shown(name), " begins at ",
         std::to_string(low));
  }
  return {std::move(name), kind, low, high, {}};
}
}  // namespace detail

/// Numbers from low to high, all equally likely.
inline Dimension linear(std::string name, double low, double high) {
  return detail::range(std::move(name), Dimension::Kind::linear, low, high);
}
/// Numbers from low to high whose logarithms are equally likely: learning rates, weight decay.
inline Dimension logarithmic(std::string name, double low, double high) {
  return detail::range(std::move(name), Dimension::Kind::logarithmic, low, high);
}
/// Whole numbers from low to high.
inline Dimension whole(std::string name, Index low, Index high) {
  constexpr Index largest = Index{1} << 52;
  if (low < -largest || high > largest) fail("search: the range of ", text::shown(name), " goes beyond 2^52");
  return detail::range(std::move(name), Dimension::Kind::whole, static_cast<double>(low), static_cast<double>(high));
}
/// One of a few texts.
inline Dimension choices(std::string name, std::vector<std::string> values) {
  if (values.empty()) fail("search: ", text::shown(name), " has nothing to choose from");
  return {std::move(name), Dimension::Kind::choices, 0, 0, std::move(values)};
}
/// One of a few numbers.
inline Dimension choices(std::string name, std::initializer_list<double> numbers) {
  std::vector<std::string> values;
  for (const double number : numbers) values.push_back(Dimension::written(number, 15));
  return choices(std::move(name), std::move(values));
}

/// All settings that a search may try.
///
///   const search::Space space{search::logarithmic("learning_rate", 5e-4, 5e-3), search::linear("dropout", 0.2, 0.6),
///                             search::choices("batch", {16, 32, 64})};
class Space {
 public:
  Space(std::initializer_list<Dimension> dimensions) : dimensions_(dimensions) {
    if (dimensions_.empty()) fail("search: the space is empty; give it what is to be varied");
    for (auto place = dimensions_.begin(); place != dimensions_.end(); ++place) {
      check(place->name, "a name");
      for (const auto& choice : place->choices) check(choice, "a choice");
      const auto same = [&](const Dimension& other) { return other.name == place->name; };
      if (std::find_if(place + 1, dimensions_.end(), same) != dimensions_.end()) {
        fail("search: the space has ", text::shown(place->name), " twice");
      }
    }
  }
  const std::vector<Dimension>& dimensions() const { return dimensions_; }

  using Values = std::vector<std::pair<std::string, std::string>>;
  /// The same space, of which this setting is tried first: what is used so far, for a search to compare with. It has a
  /// value for each name of the space, in or out of its range.
  Space starting_with(const Values& values) const {
    Space space = *this;
    Values& first = space.first_.emplace_back();
    for (const auto& dimension : dimensions_) {
      const auto named = [&](const auto& value) { return value.first == dimension.name; };
      const auto place = std::find_if(values.begin(), values.end(), named);
      if (place == values.end()) fail("search: the setting to start with has no ", text::shown(dimension.name));
      check(place->second, "a value");
      first.push_back(*place);
    }
    if (values.size() > first.size()) {
      fail("search: the setting to start with has ", values.size(), " values, and the space ", first.size(),
           " names; give one for each");
    }
    return space;
  }

  /// Setting number `trial` of all that are drawn with this seed.
  Setting drawn(std::uint64_t seed, Index trial) const {
    if (trial < std::ssize(first_)) return {.trial = trial, .values = first_[static_cast<std::size_t>(trial)]};
    Random random(seed, static_cast<std::uint64_t>(trial));
    Setting setting{.trial = trial};
    for (const auto& dimension : dimensions_) {
      setting.values.emplace_back(dimension.name, dimension.at(random.uniform()));
    }
    return setting;
  }

  /// How many settings a grid has, with so many points of each range; of very many only that they are that many.
  Index grid_size(Index points) const {
    constexpr Index very_many = Index{1} << 30;
    Index size = 1;
    for (const auto& dimension : dimensions_) {
      if (dimension.size(points) > very_many / size) return very_many;
      size *= dimension.size(points);
    }
    return size + std::ssize(first_);
  }
  /// Setting number `trial` of the grid; the last dimension varies fastest.
  Setting grid(Index points, Index trial) const {
    if (trial < std::ssize(first_)) return {.trial = trial, .values = first_[static_cast<std::size_t>(trial)]};
    Setting setting{.trial = trial};
    Index rest = trial - std::ssize(first_);
    for (auto dimension = dimensions_.rbegin(); dimension != dimensions_.rend(); ++dimension) {
      const Index size = dimension->size(points);
      const double place = size == 1 ? 0 : static_cast<double>(rest % size) / static_cast<double>(size - 1);
      setting.values.emplace(setting.values.begin(), dimension->name, dimension->at(place));
      rest /= size;
    }
    return setting;
  }

 private:
  // Names and choices are written to CSV files.
  static void check(const std::string& text, const char* what) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == text.npos) return;
    fail("search: ", what, " of the space is ", text::shown(text),
         "; it must have a character, and no comma, quote or line end, since it is written to tables");
  }

  std::vector<Dimension> dimensions_;
  std::vector<Values> first_;
};

}  // namespace transfix::inline TRANSFIX_ABI::search
