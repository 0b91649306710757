// SPDX-License-Identifier: MIT
#pragma once
#include <charconv>
#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>
#include <transfix/core/error.hpp>
#include <transfix/core/shape.hpp>
#include <transfix/text/escape.hpp>
#include <utility>
#include <vector>

namespace transfix::inline TRANSFIX_ABI::search {

/// What a trial of a search is run with: a value for each name of the space.
///   setting.get<float>("learning_rate"), setting.get<Index>("batch"), setting.get<std::string>("norm")
struct Setting {
  Index trial = 0;  ///< the number of the setting, from 0
  std::vector<std::pair<std::string, std::string>> values = {};
  std::filesystem::path file = {};  ///< where the trial saves its model, where the search keeps the best one

  /// The value of a name: a text, a number, or a whole number where T is one; fails where it is none.
  template <class T>
  T get(std::string_view name) const {
    const std::string& text = this->text(name);
    if constexpr (std::same_as<T, std::string>) {
      return text;
    } else {
      T number{};
      const char* const end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data(), end, number);
      if (error != std::errc() || stop != end) {
        fail("the setting ", text::shown(name), " is ", text::shown(text), ", which is no ",
             std::integral<T> ? "whole number" : "number", ": ask for what its dimension holds");
      }
      return number;
    }
  }

 private:
  const std::string& text(std::string_view name) const {
    std::string list;
    for (const auto& [known, value] : values) {
      if (known == name) return value;
      list += (list.empty() ? "" : ", ") + known;
    }
    fail("there is no setting ", text::shown(name), "; the space has ", list);
  }
};

}  // namespace transfix::inline TRANSFIX_ABI::search
