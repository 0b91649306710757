// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <transfix/core/config.hpp>

// What is behind io/json.hpp: tests/json.cpp compiles it for all tests.
namespace transfix::inline TRANSFIX_ABI::io {
enum class JsonEvent;

namespace detail {
template <class Json>
Json parse(std::string_view text, std::size_t& fault, const std::function<bool(int, JsonEvent, const Json&)>& follow);
template <class Json>
std::string write(const Json& value, int indent);

extern template nlohmann::json parse(std::string_view, std::size_t&,
                                     const std::function<bool(int, JsonEvent, const nlohmann::json&)>&);
extern template std::string write(const nlohmann::json&, int);
}  // namespace detail

}  // namespace transfix::inline TRANSFIX_ABI::io
