// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <transfix/core/members.hpp>

namespace transfix::inline TRANSFIX_ABI::io::detail {

/// The way to a part of a model, as files have it: `blocks.0.attention.bias`.
inline std::string written(const Path& path) {
  std::string name;
  path.write([&](std::string_view piece) { name += piece; });
  return name;
}

}  // namespace transfix::inline TRANSFIX_ABI::io::detail
