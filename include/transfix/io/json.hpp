// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <transfix/core/config.hpp>

// The JSON library takes seconds to turn into code. All of transfix goes through two functions, so that a unit does it
// once; and they call templates, so that of several units one can do it for all (`extern template`, see
// tests/json.hpp).

namespace transfix::inline TRANSFIX_ABI::io {

/// Why a text is not JSON.
struct JsonFault {
  std::string reason;    ///< empty where there is none
  std::size_t byte = 0;  ///< the number, from 1, of the byte where it shows; 0 where that is not known

  explicit operator bool() const { return !reason.empty(); }
};

/// What comes next in a text.
enum class JsonEvent { object_start, object_end, list_start, list_end, key, value };

/// A function (depth, event, piece) that is told of each piece of a text in order. The piece is a key's name, a value,
/// or at the end of an object or a list all of it. Where it returns false the piece need not be kept.
using JsonFollower = std::function<bool(int, JsonEvent, const nlohmann::json&)>;

namespace detail {
template <class Json>
Json parse(std::string_view text, JsonFault& fault, const std::function<bool(int, JsonEvent, const Json&)>& follow) {
  using Event = typename Json::parse_event_t;
  constexpr auto ours = [](Event event) {
    switch (event) {
      case Event::object_start:
        return JsonEvent::object_start;
      case Event::object_end:
        return JsonEvent::object_end;
      case Event::array_start:
        return JsonEvent::list_start;
      case Event::array_end:
        return JsonEvent::list_end;
      case Event::key:
        return JsonEvent::key;
      default:
        return JsonEvent::value;
    }
  };
  const auto tell = [&](int depth, Event event, const Json& piece) {
    return !follow || follow(depth, ours(event), piece);
  };
  // The library's texts begin with a name of theirs in brackets.
  const auto reason = [](const std::string& what) { return what.substr(what.find("] ") + 2); };
  try {
    return Json::parse(text.data(), text.data() + text.size(), tell);
  } catch (const typename Json::parse_error& error) {
    fault = {reason(error.what()), error.byte};
  } catch (const typename Json::exception& error) {
    fault = {reason(error.what())};
  }
  return nullptr;
}

template <class Json>
std::string write(const Json& value, int indent) {
  return value.dump(indent);
}
}  // namespace detail

/// What a JSON text in UTF-8 holds; after a fault, nothing of use.
inline nlohmann::json parsed_json(std::string_view text, JsonFault& fault, const JsonFollower& follow = nullptr) {
  return detail::parse(text, fault, follow);
}

/// The value as JSON; with an indent of 0 or more, over several lines.
inline std::string written_json(const nlohmann::json& value, int indent = -1) { return detail::write(value, indent); }

}  // namespace transfix::inline TRANSFIX_ABI::io
