// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <transfix/core/config.hpp>
#include <unordered_map>

namespace transfix::inline TRANSFIX_ABI::text {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// From texts to values, looked up without making a std::string.
template <class Value>
using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

}  // namespace transfix::inline TRANSFIX_ABI::text
