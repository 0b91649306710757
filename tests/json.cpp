// SPDX-License-Identifier: MIT
#include "json.hpp"

#include <transfix/io/json.hpp>

namespace transfix::inline TRANSFIX_ABI::io::detail {
template nlohmann::json parse(std::string_view, std::size_t&,
                              const std::function<bool(int, JsonEvent, const nlohmann::json&)>&);
template std::string write(const nlohmann::json&, int);
}  // namespace transfix::inline TRANSFIX_ABI::io::detail
