// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <transfix/core/members.hpp>
#include <transfix/optim/update.hpp>

namespace transfix::inline TRANSFIX_ABI::optim {

/// Names of parameters, with `*` for any text: "blocks.*.bias".
template <std::size_t Size>
struct NamePattern {
  char text[Size];
  constexpr NamePattern(const char (&given)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) text[i] = given[i];
  }

  constexpr bool matches(const Path& path) const {
    char name[256] = {};
    std::size_t length = 0;
    path.write([&](std::string_view piece) {
      for (const char letter : piece) {
        if (length < sizeof name) name[length++] = letter;
      }
    });
    return matches(std::string_view(text, Size - 1), std::string_view(name, length));
  }

 private:
  static constexpr bool matches(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    if (pattern.front() == '*') {
      return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
    }
    return !name.empty() && pattern.front() == name.front() && matches(pattern.substr(1), name.substr(1));
  }
};

/// How an optimizer treats the parameters of a group.
struct GroupSettings {
  float rate = 1;  ///< times the learning rate
  enum class Decay { of_matrices, never, always } decay = Decay::of_matrices;
  bool is_map = true;  ///< whether a matrix is a linear map, for Muon; a table of embeddings is not
};

/// An optimizer with settings of their own for groups of parameters, told by their names. A parameter belongs to the
/// first pattern that matches; a pattern that matches nothing is a compile-time error.
///   Grouped<AdamW, "token_embedding.*", "*norm*">{.groups = {{.rate = 0.1f}, {.decay = GroupSettings::Decay::never}}}
template <class Inner, NamePattern... Patterns>
struct Grouped : Inner {
  static constexpr std::size_t count = sizeof...(Patterns);
  std::array<GroupSettings, count> groups = {};

  void adjust(Update& update, const Path& path) const {
    std::size_t number = 0;
    const bool found = ((Patterns.matches(path) || (++number, false)) || ...);
    if (!found) return;
    const GroupSettings& group = groups[number];
    update.rate *= double{group.rate};
    if (group.decay != GroupSettings::Decay::of_matrices) update.decays = group.decay == GroupSettings::Decay::always;
    update.is_map = group.is_map;
  }

  /// Whether every pattern has a parameter of the model.
  template <class Model>
  static constexpr bool fits = [] {
    std::array<bool, count> found = {};
    for_each_parameter_name<Model>([&](const Path& path) {
      std::size_t number = 0;
      ((found[number++] |= Patterns.matches(path)), ...);
    });
    for (const bool one : found) {
      if (!one) return false;
    }
    return true;
  }();
};

}  // namespace transfix::inline TRANSFIX_ABI::optim
